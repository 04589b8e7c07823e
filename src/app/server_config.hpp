// The parts of the configuration that say how readers are served: [server] and [cdn].
#pragma once
#include <filesystem>
#include <string_view>

#include "config.hpp"

namespace sosik {

// `listen_override` takes the place of server.listen unless it is empty.
void read_server(TomlTable&, const std::filesystem::path& folder, Config&,
                 std::string_view listen_override);
void read_cdn(TomlTable&, Config&);

}  // namespace sosik
