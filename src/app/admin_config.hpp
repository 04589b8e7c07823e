// The [admin] table of the configuration.
#pragma once
#include <filesystem>
#include <string>

#include "config.hpp"

namespace sosik {

// `listen`: of the command line; empty: the file's. Paths are below `folder`.
void read_admin(TomlTable&, const std::filesystem::path& folder, Config&,
                const std::string& listen);

}  // namespace sosik
