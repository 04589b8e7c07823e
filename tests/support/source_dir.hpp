// Where this checkout lies, for tests that read its files. In one file alone, so that all others
// are compiled alike wherever it lies.
#pragma once
#include <filesystem>

namespace sosik::testing {

std::filesystem::path source_dir();

}  // namespace sosik::testing
