#include "source_dir.hpp"

namespace sosik::testing {

std::filesystem::path source_dir() { return SOSIK_SOURCE_DIR; }

}  // namespace sosik::testing
