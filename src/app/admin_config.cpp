#include "admin_config.hpp"

#include "config_values.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"
#include "sosik/publish/webhook_secret.hpp"
#include "sosik/store/store.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_secret = 1024;

// The decoded key; empty, with a problem where there is a file that holds none.
std::string read_hook_key(TomlTable& admin, const fs::path& folder) {
  const auto file = file_of(admin, "hook_secret_file", folder);
  if (file.empty()) return {};
  const auto bytes = read_file(file, longest_secret);
  const auto key = bytes ? parse_webhook_secret(clean_line(*bytes)) : bytes;
  if (key) return *key;
  const auto why = bytes ? file + ": " + key.error().detail : key.error().detail;
  admin.problem("hook_secret_file", "admin.hook_secret_file: " + why);
  return {};
}

}  // namespace

void read_admin(TomlTable& admin, const fs::path& folder, Config& config,
                const std::string& listen_override) {
  const auto listen = admin.text("listen", "127.0.0.1:8081");
  const auto address = parse_listen(listen_override.empty() ? listen : listen_override);
  if (address) config.admin = *address;
  if (!address) admin.problem("listen", address.error().detail);
  const auto key_file = admin.text("key_file");
  const auto& store = config.store_url;
  if (!key_file.empty())
    config.key_file = folder / key_file;
  else if (is_on_server(store))
    config.key_file = folder / "sosik.key";
  else
    config.key_file = fs::path(store.substr(store.find(':') + 1) + ".key");
  config.api.hook_key = read_hook_key(admin, folder);
  config.api.allows_http = admin.flag("allow_http", false);
}

}  // namespace sosik
