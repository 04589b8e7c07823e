// The [admin] table.
#include "catch.hpp"
#include "config_files.hpp"
#include "sosik/base/digest.hpp"

using namespace sosik;

TEST_CASE("conf/sosik.toml shows every key of [admin] with its default", "[app][config]") {
  const auto [shown, plain] = load_defaults();
  const auto &a = shown.config, &b = plain.config;
  CHECK(a.admin.address == b.admin.address);
  CHECK(a.admin.port == b.admin.port);
  CHECK(a.key_file == b.key_file);
  CHECK(a.api.hook_key == b.api.hook_key);
  CHECK(a.api.allows_http == b.api.allows_http);
  CHECK(b.api.hook_key.empty());
  CHECK_FALSE(b.api.allows_http);
  CHECK(keys_of("admin").size() == 4);
}

TEST_CASE("The secret of hooks is read from its file", "[app][config]") {
  const auto loaded = load(in("admin", "hook_secret_file = \"hook.secret\"\nallow_http = true"));
  CHECK(loaded.problems == Problems{});
  CHECK(hex(loaded.config.api.hook_key) == "000102030405060708090a0b0c0d0e0f1011121314151617");
  CHECK(loaded.config.api.allows_http);
  const auto changed = keys_that_need_a_restart(load(minimal).config, loaded.config);
  CHECK(std::ranges::count(changed, "admin.hook_secret_file") == 1);
  CHECK(std::ranges::count(changed, "admin.allow_http") == 1);
}

TEST_CASE("A file that holds no secret is named", "[app][config]") {
  CHECK_THAT(first_problem(in("admin", "hook_secret_file = \"none\"")), Catch::Contains("none"));
  const auto problem = first_problem(in("admin", "hook_secret_file = \"sosik.toml\""));
  CHECK_THAT(problem, Catch::Contains("sosik.toml:6: admin.hook_secret_file: "));
  CHECK_THAT(problem, Catch::Contains("a webhook secret is written whsec_"));
}
