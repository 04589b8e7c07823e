// The installation's key: 32 random bytes in a file of their own, from which the secrets of the
// admin API's endpoints are derived (N-164). Made when a server first needs it, readable by its
// owner alone. Whoever loses the file has to give every endpoint a new secret: it belongs in
// backups, apart from the store's.
#pragma once
#include <filesystem>
#include <string>

#include "sosik/base/result.hpp"

namespace sosik {

// The raw bytes; the file is made when there is none. Fails with invalid when it is not such a
// file, or others may read it; with unavailable when it cannot be read or made.
Result<std::string> installation_key(const std::filesystem::path& file);

}  // namespace sosik
