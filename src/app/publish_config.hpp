// The part of the configuration that says who is told of what, and how: [publish].
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "config.hpp"

namespace sosik {

// After [site], [feeds] and the definitions: filters name feeds, and the key of IndexNow is at
// public_url. `problems` takes those of the file that publish.aggregators names.
void read_publish(TomlTable&, const std::filesystem::path& folder, Config&, Problems& problems);

// What is allowed but hardly meant, for check-config: a line each (N-097).
std::vector<std::string> notes_on_targets(const std::vector<Target>&);

}  // namespace sosik
