#include "config.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "config_files.hpp"
#include "sosik/store/store.hpp"
#include "source_dir.hpp"
#include "temp_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

TEST_CASE("conf/sosik.toml shows every key, and with its default", "[app][config]") {
  const auto [shown, plain] = load_defaults();
  const auto &a = shown.config, &b = plain.config;
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
  CHECK(a.store_url == b.store_url);
  CHECK(a.server.listen == b.server.listen);
  CHECK(b.server.listen == ServerOptions{}.listen);
  CHECK(a.server.hosts == b.server.hosts);
  CHECK(a.server.tls_certificate_file == b.server.tls_certificate_file);
  CHECK(a.server.tls_key_file == b.server.tls_key_file);
  CHECK(a.server.hsts_seconds == b.server.hsts_seconds);
  CHECK(a.server.trusted_proxies == b.server.trusted_proxies);
  CHECK(a.server.polls.per_hour == b.server.polls.per_hour);
  CHECK(a.server.polls.aggregators == b.server.polls.aggregators);
  CHECK(b.server.polls.per_hour == PollLimits{}.per_hour);
  CHECK(b.server.polls.aggregators == PollLimits{}.aggregators);
  CHECK(a.server.access_log.file == b.server.access_log.file);
  CHECK(a.server.access_log.form == b.server.access_log.form);
  CHECK(a.rendered_budget == b.rendered_budget);
  CHECK(b.rendered_budget == SnapshotOptions{}.budget);
  CHECK(a.heads == b.heads);
  CHECK(b.heads == HeadOptions{});
  CHECK(a.plan.site.copyright == b.plan.site.copyright);
  CHECK(a.plan.site.icon_url == b.plan.site.icon_url);
  CHECK(a.plan.definitions.front().content == b.plan.definitions.front().content);
  CHECK(a.image_base == b.image_base);
  CHECK(a.server.threads == b.server.threads);
  CHECK(a.server.max_connections == b.server.max_connections);
  CHECK(a.server.header_timeout == b.server.header_timeout);
  CHECK(a.server.idle_timeout == b.server.idle_timeout);
  CHECK(a.server.write_timeout == b.server.write_timeout);
  CHECK(a.server.drain_timeout == b.server.drain_timeout);
  CHECK(a.admin.address == b.admin.address);
  CHECK(a.admin.port == b.admin.port);
  CHECK(a.log_level == b.log_level);
}

TEST_CASE("Every key that the reader knows stands in conf/sosik.toml", "[app][config]") {
  std::ifstream in(testing::source_dir() / "conf/sosik.toml");
  const std::string shown((std::istreambuf_iterator<char>(in)), {});
  // The reader itself lists what it allows, table by table.
  for (std::string table : {"site", "site.author", "store", "feeds", "server", "cdn", "admin",
                            "publish", "import", "log"}) {
    for (const auto& key : keys_of(table)) {
      INFO(table << '.' << key);
      const bool is_table = key == "author" || key == "webhook" || key == "slack" ||
                            key == "discord" || key == "purge";
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
       "sosik.toml:6: listen address \"8080\" is not ADDRESS:PORT"},
      {minimal + "[feeds]\nlimit = ２０\n", "전각 숫자 대신 반각 숫자를 쓰세요"},  // [K-086]
      {minimal + "[feeds]\nlimit = \"２０\"\n",
       "sosik.toml:6: feeds.limit must be a whole number, not in full-width digits; write plain "
       "digits (전각 숫자 대신 반각 숫자를 쓰세요)"},
      {"[site]\ntitle = \"x\"\n", "site.public_url is missing"},
      {"[site]\ntitle = \"x\"\npublic_url = \"http://127.0.0.1:1\"\n",
       "site.id_authority is missing"},
      {"[site]\ntitle = \"x\npublic_url = 1", "not TOML"},
  }));
  INFO(text);
  const auto problem = first_problem(text);
  CHECK_THAT(problem, Catch::Contains(want));
}

TEST_CASE("Text and players are shown as [feeds] says", "[app][config][K-003][K-020][F-151]") {
  TempDir folder;
  const auto file = folder.path() / "sosik.toml";
  std::ofstream(file) << minimal;
  CHECK(load_config(file).config.plan.text == TextOptions{});
  CHECK_FALSE(load_config(file).config.plan.has_embeds);
  std::ofstream(file) << minimal
                      << "[feeds]\ncompose_hangul = true\ndrop_private_use = true\nembeds = true\n";
  const auto loaded = load_config(file);
  CHECK(loaded.problems == Problems{});
  CHECK(loaded.config.plan.text.compose_hangul);
  CHECK(loaded.config.plan.text.drop_private_use);
  CHECK(loaded.config.plan.has_embeds);
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

TEST_CASE(
    "A store on a PostgreSQL server has its key beside the configuration, and no password shows",
    "[app][config]") {
  ConfigOverrides overrides;
  overrides.store_url = "postgresql://blog:secret@db.example:5433/posts?sslmode=require";
  const auto loaded = load(minimal, overrides);
  REQUIRE(loaded.problems == Problems{});
  CHECK(loaded.config.store_url == overrides.store_url);
  CHECK(loaded.config.key_file == loaded.config.file.parent_path() / "sosik.key");
  CHECK(shown_store(loaded.config.store_url) == "postgresql://db.example:5433/posts");
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

TEST_CASE("Listeners are addresses, TLS and Unix sockets", "[app][config]") {
  const auto loaded = load(in("server", R"(
listen = ["127.0.0.1:80", "[::]:80", "tls::8443", "tls:[::1]:443", "unix:run/http", "unix:/x", "[fe80::1%eth0]:81"]
tls_certificate_file = "sub/../chain.pem"
tls_key_file = "/etc/key.pem")"));
  REQUIRE(loaded.problems == Problems{});
  const auto folder = loaded.config.file.parent_path();
  const auto& server = loaded.config.server;
  CHECK(server.listen ==
        std::vector<ListenOn>{{"127.0.0.1", 80, "", false},
                              {"::", 80, "", false},
                              {"0.0.0.0", 8443, "", true},
                              {"::1", 443, "", true},
                              {ListenOn{}.address, ListenOn{}.port, folder / "run/http", false},
                              {ListenOn{}.address, ListenOn{}.port, "/x", false},
                              {"fe80::1%eth0", 81, "", false}});
  CHECK(load(in("server", "listen = [\"[::1]:0\", \"[::1]:0\"]")).problems ==
        Problems{});  // any two
  CHECK(server.tls_certificate_file == folder / "chain.pem");
  CHECK(server.tls_key_file == "/etc/key.pem");
}

TEST_CASE("What [server], [cdn] and noindex say is what readers are served with", "[app][config]") {
  const auto loaded = load(minimal + R"(noindex = true
[server]
listen = ":0"
hosts = ["Blog.Example.KR", "새집.example."]
hsts_seconds = 300
trusted_proxies = ["127.0.0.1/32", "unix", "::1"]
polls_per_hour = 0
hosted_aggregators = []
access_log = "logs/access"
access_log_form = "json"
memory_mib = 7
threads = 3
max_connections = 5
header_timeout_seconds = 1
idle_timeout_seconds = 2
write_timeout_seconds = 3
drain_timeout_seconds = 0
[cdn]
surrogate_keys = "Cache-Tag"
max_age_seconds = 60
)");
  REQUIRE(loaded.problems == Problems{});
  const auto& config = loaded.config;
  const auto& server = config.server;
  CHECK(server.listen == std::vector<ListenOn>{{"0.0.0.0", 0, "", false}});
  CHECK(server.hosts == std::vector<std::string>{"blog.example.kr", "xn--og4b88n.example"});
  CHECK(server.hsts_seconds == 300);
  CHECK(server.trusted_proxies == std::vector<std::string>{"127.0.0.1/32", "unix", "::1"});
  CHECK(server.polls.per_hour == 0);
  CHECK(server.polls.aggregators.empty());
  CHECK(server.access_log.file == config.file.parent_path() / "logs/access");
  CHECK(server.access_log.form == AccessLogOptions::Form::json);
  CHECK(config.rendered_budget == 7 * 1024 * 1024);
  CHECK(server.threads == 3);
  CHECK(server.max_connections == 5);
  CHECK(server.header_timeout == std::chrono::seconds(1));
  CHECK(server.idle_timeout == std::chrono::seconds(2));
  CHECK(server.write_timeout == std::chrono::seconds(3));
  CHECK(server.drain_timeout == std::chrono::seconds(0));
  CHECK(config.heads == HeadOptions{"Cache-Tag", 60, true});
}

TEST_CASE("Every bad value of [server], [cdn] and noindex is refused with its line",
          "[app][config]") {
  auto [table, line,
        want] = GENERATE(Catch::Generators::table<std::string, std::string, std::string>({
      {"site", "noindex = 1", "site.noindex must be true or false"},
      {"server", "listen = 8080", "server.listen must be a list of strings"},
      {"server", "listen = []", "server.listen is empty: nobody could connect"},
      {"server", "listen = [8080]", "server.listen must be a list of strings only"},
      {"server", "listen = \"localhost:80\"", "\"localhost:80\" is not ADDRESS:PORT, such as"},
      {"server", "listen = \"1.2.3:80\"", "\"1.2.3:80\" is not ADDRESS:PORT"},
      {"server", "listen = \"::1:80\"", "\"::1:80\" is not ADDRESS:PORT"},
      {"server", "listen = \"127.0.0.1:\"", "\"127.0.0.1:\" is not ADDRESS:PORT"},
      {"server", "listen = \"127.0.0.1:65536\"", "\"127.0.0.1:65536\" is not ADDRESS:PORT"},
      {"server", "listen = \"127.0.0.1:80x\"", "\"127.0.0.1:80x\" is not ADDRESS:PORT"},
      {"server", "listen = \"http://127.0.0.1:80\"", "is not ADDRESS:PORT"},
      {"server", "listen = \"unix:\"", "listen address \"unix:\" names no file"},
      {"server", "listen = \"unix:/" + std::string(107, 'x') + "\"", "has at most 107 bytes"},
      {"server", "listen = [\":80\", \"0.0.0.0:80\"]", "server.listen names \"0.0.0.0:80\" twice"},
      {"server", "listen = [\"[::]:80\", \"tls:[::]:80\"]",
       "server.listen names \"tls:[::]:80\" twice"},
      {"server", "listen = \"tls::443\"",
       "server.listen has a tls: address; it needs server.tls_certificate_file and "
       "server.tls_key_file"},
      {"server", "tls_certificate_file = \"a\"",
       "server.tls_certificate_file and server.tls_key_file belong together"},
      {"server", "tls_key_file = \"a\"",
       "server.tls_certificate_file and server.tls_key_file belong together"},
      {"server", "tls_key_file = 1", "server.tls_key_file must be a string in quotes"},
      {"server", "hsts_seconds = -1", "server.hsts_seconds is -1; allowed: 0 to 63072000"},
      {"server", "hosts = \"x.kr\"", "server.hosts must be a list of strings"},
      {"server", "hosts = [\"\"]", "server.hosts: \"\" is not a host name, such as"},
      {"server", "hosts = [\"x.kr:80\"]", "server.hosts: \"x.kr:80\" is not a host name"},
      {"server", "hosts = [\"http://x.kr\"]", "server.hosts: \"http://x.kr\" is not a host name"},
      {"server", "hosts = [\"x.kr/a\"]", "server.hosts: \"x.kr/a\" is not a host name"},
      {"server", "hosts = [\"a@x.kr\"]", "server.hosts: \"a@x.kr\" is not a host name"},
      {"server", "hosts = [\"x y\"]", "server.hosts: \"x y\" is not a host name"},
      {"server", "hosts = [\"www.example.kr\"]",
       "server.hosts lacks \"blog.example.kr\", the host of site.public_url: all feeds would get "
       "421"},
      {"server", "trusted_proxies = [\"proxy\"]",
       "server.trusted_proxies: \"proxy\" is not a network such as 10.0.0.0/8"},
      {"server", "trusted_proxies = [\"10.0.0.1/8\"]", "server.trusted_proxies: \"10.0.0.1/8\""},
      {"server", "polls_per_hour = 3601", "server.polls_per_hour is 3601; allowed: 0 to 3600"},
      {"server", "hosted_aggregators = [\"\"]", "server.hosted_aggregators: \"\" is no beginning"},
      {"server", "hosted_aggregators = [\"A B\"]",
       "server.hosted_aggregators: \"A B\" is no beginning of a word in a User-Agent"},
      {"server", "access_log = true", "server.access_log must be a string in quotes"},
      {"server", "access_log_form = \"clf\"",
       "server.access_log_form is \"clf\"; allowed: \"combined\", \"json\""},
      {"server", "memory_mib = 0", "server.memory_mib is 0; allowed: 1 to 1048576"},
      {"server", "threads = 257", "server.threads is 257; allowed: 0 to 256"},
      {"server", "max_connections = 0", "server.max_connections is 0; allowed: 1 to 1000000"},
      {"server", "header_timeout_seconds = 0",
       "server.header_timeout_seconds is 0; allowed: 1 to 300"},
      {"server", "idle_timeout_seconds = 3601",
       "server.idle_timeout_seconds is 3601; allowed: 1 to 3600"},
      {"server", "write_timeout_seconds = 0.5",
       "server.write_timeout_seconds must be a whole number"},
      {"server", "drain_timeout_seconds = 301",
       "server.drain_timeout_seconds is 301; allowed: 0 to 300"},
      {"cdn", "surrogate_keys = \"Edge-Tag\"",
       "cdn.surrogate_keys is \"Edge-Tag\"; allowed: \"\", \"Surrogate-Key\", \"Cache-Tag\""},
      {"cdn", "max_age_seconds = 31536001",
       "cdn.max_age_seconds is 31536001; allowed: 0 to 31536000"},
      {"admin", "listen = \"localhost:1\"", "\"localhost:1\" is not ADDRESS:PORT"},
      {"store", "url = \"mysql://user:secret@host/db\"",
       "store.url begins with \"mysql\"; write \"sqlite:PATH\" or "
       "\"postgresql://USER@HOST:PORT/DATABASE\""},
  }));
  INFO(line);
  const auto problem = first_problem(in(table, line));
  CHECK_THAT(problem, Catch::Contains(table == "site" ? "sosik.toml:5: " : "sosik.toml:6: "));
  CHECK_THAT(problem, Catch::Contains(want));
}

TEST_CASE("Every key that a running server cannot take over is named", "[app][config]") {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"site", "noindex = true"},
      {"store", "url = \"sqlite:other.db\""},
      {"server", "listen = \":1\""},
      {"server", "tls_certificate_file = \"a\"\ntls_key_file = \"b\""},
      {"server", "hsts_seconds = 1"},
      {"server", "hosts = [\"blog.example.kr\"]"},
      {"server", "trusted_proxies = [\"unix\"]"},
      {"server", "polls_per_hour = 1"},
      {"server", "hosted_aggregators = [\"X\"]"},
      {"server", "access_log = \"a\""},
      {"server", "access_log_form = \"json\""},
      {"server", "memory_mib = 1"},
      {"server", "threads = 1"},
      {"server", "max_connections = 1"},
      {"server", "header_timeout_seconds = 1"},
      {"server", "idle_timeout_seconds = 1"},
      {"server", "write_timeout_seconds = 1"},
      {"server", "drain_timeout_seconds = 1"},
      {"cdn", "surrogate_keys = \"Cache-Tag\""},
      {"cdn", "max_age_seconds = 1"},
      {"admin", "listen = \":1\""},
      {"admin", "key_file = \"a\""},
      {"admin", "hook_secret_file = \"secret\""},
      {"admin", "allow_http = true"},
      {"publish", "allow_networks = [\"10.0.0.0/8\"]"},
      {"publish", "allow_ports = [\"1\"]"},
      {"publish", "timeout_seconds = 1"},
      {"publish", "ca_file = \"a\""},
      {"publish", "proxy = \"http://proxy.example:3128\""},
      {"publish", "max_in_flight = 1"},
      {"publish", "max_per_host = 1"},
      {"publish", "keep_days = 1"},
      {"publish", "keep_events = 1"},
      {"publish", "keep_deliveries = 1"},
      {"publish", "max_backlog = 1"},
      {"publish", "disable_after_hours = 1"},
      {"publish", "alarm_minutes = 1"},
      {"log", "level = \"debug\""},
  };
  TempDir folder;  // one, so that paths are the same
  const auto file = folder / "sosik.toml";
  std::ofstream(folder / "secret") << "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n";
  const auto read = [&](const std::string& text) {
    std::ofstream(file) << text;
    auto loaded = load_config(file);
    REQUIRE(loaded.problems == Problems{});
    return loaded.config;
  };
  const Config now = read(minimal);
  CHECK(keys_that_need_a_restart(now, now).empty());
  std::vector<std::string> covered;
  for (const auto& [table, line] : changes) {
    std::vector<std::string> want;
    for (std::string rest = line; !rest.empty();) {  // each line of it
      want.push_back(table + "." + rest.substr(0, rest.find(' ')));
      const auto end = rest.find('\n');
      rest.erase(0, end == rest.npos ? end : end + 1);
    }
    INFO(line);
    CHECK(keys_that_need_a_restart(now, read(in(table, line))) == want);
    covered.insert(covered.end(), want.begin(), want.end());
  }
  for (const std::string table : {"store", "server", "cdn", "admin", "log"})
    for (const auto& key : keys_of(table)) {
      INFO(table << '.' << key << " is changed nowhere above");
      CHECK(std::ranges::count(covered, table + "." + key) == 1);
    }
  for (const auto& [table, line] : std::vector<std::pair<std::string, std::string>>{
           {"publish", "hubs = [\"https://hub.example/\"]"},
           {"publish", "pings = [\"https://ping.example/\"]"},
           {"publish", "rssclouds = [\"https://cloud.example/ping\"]"},
           {"publish", "indexnow = [\"https://x.kr/\"]\nindexnow_key = \"12345678\""},
           {"publish", "coalesce_seconds = 9"},
           {"publish", "hold_seconds = 9"},
           {"feeds", "limit = 9"},
           {"site", "icon_url = \"https://x.kr/i.png\""}}) {
    INFO(line);
    CHECK(keys_that_need_a_restart(now, read(in(table, line))).empty());
  }
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

TEST_CASE(
    "A definition may be for newsletters, within a size, and with what the validator warns of",
    "[app][definitions][F-006][F-032][F-181]") {
  TempDir folder;
  fs::create_directory(folder / "feeds");
  std::ofstream(folder / "sosik.toml") << minimal;
  std::ofstream(folder / "feeds/a-plain.toml") << "title = \"x\"\n";
  std::ofstream(folder / "feeds/b-mail.toml")
      << "title = \"x\"\nprofile = \"newsletter\"\nmax_bytes = 512000\n"
         "extensions = [\"tombstones\", \"source\"]\n";
  std::ofstream(folder / "feeds/c-short.toml")
      << "title = \"x\"\nprofile = \"newsletter\"\nlimit = 10\n";
  SECTION("good ones") {
    const auto loaded = load_config(folder / "sosik.toml");
    REQUIRE(loaded.problems == Problems{});
    const auto& definitions = loaded.config.plan.definitions;  // main first
    CHECK(definitions[1].profile == FeedProfile::standard);
    CHECK(definitions[1].extensions == FeedExtensions{});
    CHECK(definitions[1].max_bytes == 4'000'000);
    CHECK(definitions[1].limit == 20);
    CHECK(definitions[2].profile == FeedProfile::newsletter);
    CHECK(definitions[2].max_bytes == 512'000);
    CHECK(definitions[2].limit == 50);
    CHECK(definitions[2].extensions.tombstones);
    CHECK_FALSE(definitions[2].extensions.webfeeds);
    CHECK(definitions[2].extensions.source);
    CHECK(definitions[3].limit == 10);
  }
  SECTION("bad ones") {
    std::ofstream(folder / "feeds/d.toml")
        << "title = \"x\"\nprofile = \"mail\"\nmax_bytes = 99999\nextensions = [\"itunes\"]\n";
    std::ofstream(folder / "feeds/opml.toml") << "title = \"x\"\n";
    const auto loaded = load_config(folder / "sosik.toml");
    std::string all;
    for (const auto& problem : loaded.problems) all += problem + '\n';
    CHECK_THAT(all, Catch::Contains("profile is \"mail\"; allowed: \"standard\", \"newsletter\""));
    CHECK_THAT(all, Catch::Contains("max_bytes is 99999; allowed: 100000 to 5000000"));
    CHECK_THAT(all, Catch::Contains("extensions holds \"itunes\"; allowed: \"tombstones\""));
    CHECK_THAT(all, Catch::Contains("opml.toml: 'opml' is reserved"));
    CHECK(loaded.problems.size() == 4);
  }
}

TEST_CASE("A definition that is no TOML is one problem, not two", "[app][definitions]") {
  TempDir folder;
  fs::create_directory(folder / "feeds");
  std::ofstream(folder / "sosik.toml") << minimal;
  std::ofstream(folder / "feeds/dev.toml") << "title = \"개발\nlimit = 5\n";
  const auto loaded = load_config(folder / "sosik.toml");
  REQUIRE(loaded.problems.size() == 1);
  CHECK_THAT(loaded.problems[0], Catch::Contains("dev.toml:1: not TOML"));
}
