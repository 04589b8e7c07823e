#include "config.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "temp_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

namespace {

const std::string minimal = R"(
[site]
title = "내 블로그"
public_url = "https://blog.example.kr"
)";

LoadedConfig load(const std::string& text, const ConfigOverrides& overrides = {}) {
  TempDir folder;
  std::ofstream(folder.path() / "sosik.toml") << text;
  std::ofstream(folder.path() / "hook.secret") << "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n";
  return load_config(folder.path() / "sosik.toml", overrides);
}

std::string first_problem(const std::string& text) {
  const auto loaded = load(text);
  REQUIRE_FALSE(loaded.problems.empty());
  return loaded.problems.front();
}

}  // namespace

TEST_CASE("conf/sosik.toml shows every key, and with its default", "[app][config]") {
  TempDir folder;
  fs::copy_file(fs::path(SOSIK_SOURCE_DIR) / "conf/sosik.toml", folder.path() / "a.toml");
  std::ofstream(folder.path() / "b.toml") << minimal;
  const auto shown = load_config(folder.path() / "a.toml");
  const auto plain = load_config(folder.path() / "b.toml");
  CHECK(shown.problems == Problems{});
  CHECK(plain.problems == Problems{});
  const auto& a = shown.config;
  const auto& b = plain.config;
  CHECK(a.plan.site.title == b.plan.site.title);
  CHECK(a.plan.site.language == b.plan.site.language);
  CHECK(a.plan.site.time_zone == b.plan.site.time_zone);
  CHECK(a.plan.site.home_url == b.plan.site.home_url);
  CHECK(a.plan.site.id_authority == b.plan.site.id_authority);
  CHECK(a.plan.site.author == b.plan.site.author);
  CHECK(a.plan.site.max_age_seconds == b.plan.site.max_age_seconds);
  CHECK(a.plan.definitions.front().limit == b.plan.definitions.front().limit);
  CHECK(a.plan.derived.categories == b.plan.derived.categories);
  CHECK(a.plan.derived.tags == b.plan.derived.tags);
  CHECK(a.plan.derived.authors == b.plan.derived.authors);
  CHECK(a.plan.coalesce == b.plan.coalesce);
  CHECK(a.plan.targets.empty());
  CHECK(a.store_url == b.store_url);
  CHECK(a.server.listen[0].address == b.server.listen[0].address);
  CHECK(a.server.listen[0].port == b.server.listen[0].port);
  CHECK(a.server.threads == b.server.threads);
  CHECK(a.server.max_connections == b.server.max_connections);
  CHECK(a.server.header_timeout == b.server.header_timeout);
  CHECK(a.server.idle_timeout == b.server.idle_timeout);
  CHECK(a.server.write_timeout == b.server.write_timeout);
  CHECK(a.server.drain_timeout == b.server.drain_timeout);
  CHECK(a.admin.address == b.admin.address);
  CHECK(a.admin.port == b.admin.port);
  CHECK(a.outbound.total_timeout == b.outbound.total_timeout);
  CHECK(a.outbound.allowed_ports == b.outbound.allowed_ports);
  CHECK(a.max_deliveries_in_flight == b.max_deliveries_in_flight);
  CHECK(a.log_level == b.log_level);
}

TEST_CASE("Every key that the reader knows stands in conf/sosik.toml", "[app][config]") {
  std::ifstream in(fs::path(SOSIK_SOURCE_DIR) / "conf/sosik.toml");
  const std::string shown((std::istreambuf_iterator<char>(in)), {});
  // The reader itself lists what it allows, table by table.
  for (std::string table :
       {"site", "site.author", "store", "feeds", "server", "admin", "publish", "import", "log"}) {
    auto text = minimal + (table == "site" ? "zzz = 1\n" : "[" + table + "]\nzzz = 1\n");
    const auto problem = first_problem(text);
    const auto list = problem.substr(problem.find("allowed here: ") + 14);
    std::size_t begin = 0;
    while (begin < list.size()) {
      const auto end = std::min(list.find(", ", begin), list.size());
      const auto key = list.substr(begin, end - begin);
      begin = end + 2;
      INFO(table << '.' << key);
      const bool is_table = key == "author" || key == "webhook";
      CHECK(shown.find(is_table ? key + "]" : "\n" + key + " =") != std::string::npos);
    }
  }
}

TEST_CASE("A problem names file, line, and what is allowed", "[app][config]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {minimal + "titel = \"x\"\n", "sosik.toml:5: unknown key 'site.titel'; allowed here: title"},
      {minimal + "[server]\nthreads = 1000\n",
       "sosik.toml:6: server.threads is 1000; allowed: 0 to 256"},
      {minimal + "[server]\nthreads = \"two\"\n",
       "sosik.toml:6: server.threads must be a whole number"},
      {minimal + "[feeds]\ncontent = \"half\"\n",
       "sosik.toml:6: feeds.content is \"half\"; allowed: \"full\", \"summary\""},
      {minimal + "language = \"kr\"\n",
       "sosik.toml:5: language is \"kr\", which is Kanuri; Korean is \"ko\""},
      {minimal + "language = \"ko_KR\"\n",
       "sosik.toml:5: language is \"ko_KR\"; parts are joined by '-'"},
      {minimal + "time_zone = \"Asia/Soul\"\n", "sosik.toml:5: site.time_zone: "},
      {minimal + "[server]\nlisten = \"8080\"\n",
       "sosik.toml:6: listen address \"8080\" is not HOST:PORT"},
      {minimal + "[publish]\nhubs = [\"ftp://x\"]\n",
       "sosik.toml:6: hubs is \"ftp://x\"; it must be an absolute http or https URL"},
      {minimal + "[publish]\nallow_networks = [\"10.0.0.0/99\"]\n",
       "sosik.toml:6: publish.allow_networks: "},
      {"[site]\ntitle = \"x\"\n", "site.public_url is missing"},
      {"[site]\ntitle = \"x\"\npublic_url = \"http://127.0.0.1:1\"\n",
       "site.id_authority is missing"},
      {"[site]\ntitle = \"x\npublic_url = 1", "not TOML"},
      {minimal + "[[publish.webhook]]\nname = \"a\"\nurl = \"http://x.kr/\"\nsecret_file = "
                 "\"hook.secret\"\n",
       "webhook 'a': https is required; allow_http = true permits plain http"},
      {minimal + "[[publish.webhook]]\nname = \"a\"\nurl = \"https://x.kr/\"\n",
       "webhook 'a' needs secret_file"},
      {minimal + "[[publish.webhook]]\nname = \"a\"\nurl = \"https://x.kr/\"\nsecret_file = "
                 "\"sosik.toml\"\n",
       "sosik.toml: "},
  }));
  INFO(text);
  const auto problem = first_problem(text);
  CHECK_THAT(problem, Catch::Contains(want));
}

TEST_CASE("A webhook, hubs and pings become targets", "[app][config]") {
  const auto loaded = load(minimal + R"(
[publish]
hubs = ["https://hub.example/"]
pings = ["https://ping.example/RPC2"]
[[publish.webhook]]
name = "build"
url = "https://ci.example/hook"
secret_file = "hook.secret"
events = ["post.published"]
)");
  REQUIRE(loaded.problems == Problems{});
  const auto& targets = loaded.config.plan.targets;
  REQUIRE(targets.size() == 3);
  CHECK(targets[0].name == "websub:https://hub.example/");
  CHECK(targets[1].name == "ping:https://ping.example/RPC2");
  CHECK(targets[2].name == "webhook:build");
  CHECK(targets[2].secret.size() == 24);
  CHECK(loaded.config.plan.site.hubs == std::vector<std::string>{"https://hub.example/"});
}

TEST_CASE("The command line overrides the file", "[app][config]") {
  ConfigOverrides overrides;
  overrides.listen = "[::1]:9999";
  overrides.public_url = "https://other.example/blog/";
  overrides.store_url = "sqlite:/var/lib/x.db";
  const auto loaded = load(minimal, overrides);
  REQUIRE(loaded.problems == Problems{});
  CHECK(loaded.config.server.listen[0].address == "::1");
  CHECK(loaded.config.server.listen[0].port == 9999);
  CHECK(loaded.config.plan.site.public_url == "https://other.example/blog");
  CHECK(loaded.config.server.public_origin == "https://other.example");
  CHECK(loaded.config.server.base_path == "/blog");
  CHECK(loaded.config.store_url == "sqlite:/var/lib/x.db");
}

TEST_CASE("A public_url on this machine follows the listener that the command line names",
          "[app][config]") {
  const std::string local =
      "[site]\ntitle = \"x\"\npublic_url = \"http://127.0.0.1:8080/b\"\nid_authority = \"x.kr\"\n";
  ConfigOverrides overrides;
  overrides.listen = ":9090";
  CHECK(load(local, overrides).config.plan.site.public_url == "http://127.0.0.1:9090/b");
  overrides.listen = "[::1]:9091";
  CHECK(load(local, overrides).config.plan.site.public_url == "http://[::1]:9091/b");
  CHECK(load(minimal, overrides).config.plan.site.public_url == "https://blog.example.kr");
}

TEST_CASE("Keys that a running server cannot take over are named", "[app][config]") {
  const auto now = load(minimal).config;
  CHECK(keys_that_need_a_restart(now, now).empty());
  auto wanted = now;
  wanted.outbound.allowed_networks = {"127.0.0.0/8"};
  wanted.server.listen[0].port = 1;
  CHECK(keys_that_need_a_restart(now, wanted) ==
        std::vector<std::string>{"server.listen", "publish.allow_networks"});
}

TEST_CASE("Definitions are checked one by one, and main is always there", "[app][definitions]") {
  TempDir folder;
  fs::create_directory(folder.path() / "feeds");
  std::ofstream(folder.path() / "sosik.toml") << minimal;
  std::ofstream(folder.path() / "feeds/dev.toml")
      << "title = \"개발\"\ncategories = [\"개발\"]\nlimit = 5\ncontent = \"summary\"\n";
  SECTION("a good one") {
    const auto loaded = load_config(folder.path() / "sosik.toml");
    REQUIRE(loaded.problems == Problems{});
    REQUIRE(loaded.config.plan.definitions.size() == 2);
    CHECK(loaded.config.plan.definitions[0].key == "main");
    CHECK(loaded.config.plan.definitions[0].title == "내 블로그");
    CHECK(loaded.config.plan.definitions[1].key == "dev");
    CHECK(loaded.config.plan.definitions[1].limit == 5);
    CHECK(loaded.config.plan.definitions[1].content == FeedContent::summary);
  }
  SECTION("bad ones") {
    std::ofstream(folder.path() / "feeds/posts.toml") << "title = \"x\"\n";
    std::ofstream(folder.path() / "feeds/Dev Ops.toml") << "title = \"x\"\n";
    std::ofstream(folder.path() / "feeds/empty.toml") << "limit = 0\n";
    const auto loaded = load_config(folder.path() / "sosik.toml");
    std::string all;
    for (const auto& problem : loaded.problems) all += problem + '\n';
    CHECK_THAT(all, Catch::Contains("posts.toml: 'posts' is reserved"));
    CHECK_THAT(all, Catch::Contains("Dev Ops.toml: the file's name is the feed's name"));
    CHECK_THAT(all, Catch::Contains("empty.toml:1: limit is 0; allowed: 1 to 1000"));
    CHECK_THAT(all, Catch::Contains("the feed needs a title"));
  }
}
