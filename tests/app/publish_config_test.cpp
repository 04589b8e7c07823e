// [publish]: who is told of what.
#include "publish_config.hpp"

#include <set>

#include "config_files.hpp"
#include "known_parties.hpp"
#include "sosik/publish/webhook_secret.hpp"
#include "source_dir.hpp"

using namespace sosik;
namespace fs = std::filesystem;

namespace {

// With what the files of the tests' targets hold.
LoadedConfig load_with(const std::string& publish, Files files = {}) {
  files.emplace_back("feeds/dev.toml", "title = \"개발\"\n");
  files.emplace_back("feeds/old.toml", "title = \"x\"\ngone = true\n");
  return load(minimal + publish, {}, files);
}

const std::string webhook = R"(
[[publish.webhook]]
name = "build"
url = "https://ci.example/hook"
secret_file = "hook.secret"
)";
const std::string slack = "\n[[publish.slack]]\nname = \"team\"\n";
const std::string purge = "\n[[publish.purge]]\nname = \"cdn\"\n";

}  // namespace

TEST_CASE("conf/sosik.toml shows every key of [publish] with its default", "[app][publish]") {
  const auto [shown, plain] = load_defaults();
  const auto &a = shown.config, &b = plain.config;
  CHECK(a.plan.targets.empty());
  CHECK(b.plan.targets.empty());
  CHECK(a.plan.site.hubs == b.plan.site.hubs);
  CHECK(a.plan.coalesce == b.plan.coalesce);
  CHECK(b.plan.coalesce == SyndicationPlan{}.coalesce);
  CHECK(a.plan.hold == b.plan.hold);
  CHECK(b.plan.hold == SyndicationPlan{}.hold);
  CHECK(a.plan.indexnow_key == b.plan.indexnow_key);
  CHECK(a.outbound.allowed_networks == b.outbound.allowed_networks);
  CHECK(a.outbound.allowed_ports == b.outbound.allowed_ports);
  CHECK(a.outbound.total_timeout == b.outbound.total_timeout);
  CHECK(a.outbound.ca_file == b.outbound.ca_file);
  CHECK(a.outbound.proxy == b.outbound.proxy);
  CHECK(b.outbound.proxy == OutboundOptions{}.proxy);
  for (const auto& publish : {b.publish, PublishConfig{}}) {
    CHECK(a.publish.max_in_flight == publish.max_in_flight);
    CHECK(a.publish.max_per_host == publish.max_per_host);
    CHECK(a.publish.kept.max_age == publish.kept.max_age);
    CHECK(a.publish.kept.max_events == publish.kept.max_events);
    CHECK(a.publish.kept.max_deliveries == publish.kept.max_deliveries);
    CHECK(a.publish.max_backlog == publish.max_backlog);
    CHECK(a.publish.disable_after == publish.disable_after);
    CHECK(a.publish.alarm_after == publish.alarm_after);
  }
}

TEST_CASE("The examples in conf/sosik.toml are ones that load", "[app][publish]") {
  std::ifstream in(testing::source_dir() / "conf/sosik.toml");
  std::string examples, line;
  bool is_example = false;
  while (std::getline(in, line)) {
    if (line.starts_with("# [[publish.")) is_example = true;
    if (!line.starts_with("# ")) is_example = false;
    if (is_example) examples += line.substr(2) + '\n';
  }
  const auto loaded =
      load_with(examples, {{"webhook-build.secret", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n"},
                           {"slack-team.url", "https://hooks.slack.example/services/x\n"},
                           {"discord-community.url", "https://discord.example/api/webhooks/1/x\n"},
                           {"cdn.token", "abc\n"}});
  CHECK(loaded.problems == Problems{});
  const auto& targets = loaded.config.plan.targets;
  REQUIRE(targets.size() == 4);
  CHECK(targets[0].name == "webhook:build");
  CHECK(targets[1].name == "slack:team");
  CHECK(targets[2].name == "discord:community");
  CHECK(targets[3].name == "purge:cdn");
  // Every key that the reader knows of such a table stands in one of them.
  for (const auto& kind : {"webhook", "slack", "purge"}) {
    const auto problem = load_with("\n[[publish." + std::string(kind) +
                                   "]]\nname = \"a\"\nurl = \"https://x.kr/\"\nsecret_file = "
                                   "\"hook.secret\"\nzzz = 1\n")
                             .problems.back();
    auto list = problem.substr(problem.find("allowed here: ") + 14);
    while (!list.empty()) {
      const auto end = std::min(list.find(", "), list.size());
      const auto key = list.substr(0, end);
      list.erase(0, end + 2);
      INFO(kind << '.' << key);
      const bool is_said = key == "url" && std::string(kind) == "slack";  // in the remark
      CHECK((is_said || examples.find('\n' + key + " =") != std::string::npos));
    }
  }
}

TEST_CASE("Every example in docs/notifications.md is one that loads", "[app][publish]") {
  std::ifstream in(testing::source_dir() / "docs/notifications.md");
  std::vector<std::string> examples;
  bool is_example = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "```toml") examples.emplace_back();
    is_example = line == "```toml" || (is_example && line != "```");
    if (is_example && line != "```toml") examples.back() += line + '\n';
  }
  std::set<TargetKind> shown;
  for (const auto& example : examples) {
    INFO(example);
    const auto loaded =
        load_with(example, {{"webhook-build.secret", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n"},
                            {"slack-team.url", "https://hooks.slack.example/services/x\n"},
                            {"discord-community.url", "https://discord.example/api/webhooks/1/x\n"},
                            {"cloudflare.token", "abc\n"},
                            {"fastly.token", "abc\n"}});
    CHECK(loaded.problems == Problems{});
    for (const auto& target : loaded.config.plan.targets) shown.insert(target.kind);
  }
  CHECK(shown.size() == std::size(target_kind_names));
}

TEST_CASE("Hubs, pings, clouds and search engines become targets, each once", "[app][publish]") {
  const auto loaded = load_with(R"(
[publish]
hubs = ["https://hub.example/", "https://hub.example/"]
pings = ["https://ping.example/RPC2"]
rssclouds = ["http://cloud.example:5337/ping"]
indexnow = ["https://engine.example/indexnow"]
indexnow_key = "0123-abcd"
)");
  REQUIRE(loaded.problems == Problems{});
  const auto& targets = loaded.config.plan.targets;
  REQUIRE(targets.size() == 4);
  CHECK(targets[0].name == "websub:https://hub.example/");
  CHECK(targets[1].name == "ping:https://ping.example/RPC2");
  CHECK(targets[2].name == "rsscloud:http://cloud.example:5337/ping");
  CHECK(targets[3].name == "indexnow:https://engine.example/indexnow");
  CHECK(targets[3].secrets == std::vector<std::string>{"0123-abcd"});
  CHECK(targets[3].key_location.empty());
  CHECK(loaded.config.plan.site.hubs == std::vector<std::string>{"https://hub.example/"});
  CHECK(loaded.config.plan.indexnow_key == "0123-abcd");
}

TEST_CASE("Where the blog has a path of its own, engines are told where the key is [N-130]",
          "[app][publish]") {
  TempDir folder;
  const auto file = folder.path() / "sosik.toml";
  std::ofstream(file) << "[site]\ntitle = \"x\"\npublic_url = \"https://blog.example.kr/b/\"\n"
                         "[publish]\nindexnow = [\"https://x.kr/\"]\nindexnow_key = \"12345678\"\n";
  const auto loaded = load_config(file);
  REQUIRE(loaded.problems == Problems{});
  CHECK(loaded.config.plan.targets[0].key_location == "https://blog.example.kr/b/12345678.txt");
}

TEST_CASE("A webhook has secrets, filters, headers and a choice of payload [N-154][N-163]",
          "[app][publish]") {
  const auto old_secret = make_webhook_secret();
  const auto loaded = load_with(
      webhook + R"(
events = ["post.published", "feed.changed"]
feeds = ["main", "dev", "category/개발"]
categories = [" 개발/C++ "]
full = true
headers = { Authorization = "Bearer x", X-Who = "sosik" }
)",
      {{"hook.secret", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n\n" + old_secret + "\n"}});
  REQUIRE(loaded.problems == Problems{});
  const auto& target = loaded.config.plan.targets.at(0);
  CHECK(target.url == "https://ci.example/hook");
  CHECK(target.secrets ==
        std::vector<std::string>{
            parse_webhook_secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").value(),
            parse_webhook_secret(old_secret).value()});
  CHECK(target.filter == EventFilter{{"post.published", "feed.changed"},
                                     {"main", "dev", "category/개발"},
                                     {"개발/C++"}});
  CHECK(target.is_full);
  CHECK(target.headers == std::vector<std::pair<std::string, std::string>>{
                              {"Authorization", "Bearer x"}, {"X-Who", "sosik"}});
}

TEST_CASE("A chat's URL comes from a file or stands there [N-174]", "[app][publish]") {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"team.url", "https://hooks.example/T0\n"}};
  const auto from_file = load_with(slack + "url_file = \"team.url\"\n", files);
  REQUIRE(from_file.problems == Problems{});
  CHECK(from_file.config.plan.targets.at(0).name == "slack:team");
  CHECK(from_file.config.plan.targets.at(0).url == "https://hooks.example/T0");
  const auto plain = load_with(
      "[[publish.discord]]\nname = \"a\"\nurl = \"http://127.0.0.1:9/x\"\nallow_http = true\n");
  REQUIRE(plain.problems == Problems{});
  CHECK(plain.config.plan.targets.at(0).kind == TargetKind::discord);
}

TEST_CASE("A purge is a call that the operator writes down", "[app][publish]") {
  const auto loaded = load_with(purge + R"(url = "https://api.example/p?u={url}&글=1"
method = "PUT"
body = '{"files": {urls}}'
headers = { Authorization = "Bearer {token}", Content-Type = "application/json" }
token_file = "cdn.token"
[[publish.purge]]
name = "varnish"
url = "{url}"
)",
                                {{"cdn.token", "abc\n"}});
  REQUIRE(loaded.problems == Problems{});
  const auto& cdn = loaded.config.plan.targets.at(0);
  CHECK(cdn.url == "https://api.example/p?u={url}&%EA%B8%80=1");
  CHECK(cdn.method == "PUT");
  CHECK(cdn.body == R"({"files": {urls}})");
  CHECK(cdn.headers.size() == 2);
  CHECK(cdn.secrets == std::vector<std::string>{"abc"});
  const auto& varnish = loaded.config.plan.targets.at(1);
  CHECK(varnish.url == "{url}");
  CHECK(varnish.method == "PURGE");
}

TEST_CASE("What is wrong in [publish] is said, and no secret with it", "[app][publish]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"[publish]\nhubs = [\"ftp://x\"]\n",
       "sosik.toml:6: hubs is \"ftp://x\"; it must be an absolute http or https URL"},
      {"[publish]\nallow_networks = [\"10.0.0.0/99\"]\n", "sosik.toml:6: publish.allow_networks: "},
      {"[publish]\nallow_ports = [\"0\"]\n", "publish.allow_ports: \"0\" is not a port"},
      {"[publish]\nproxy = \"socks5://x:1\"\n", "is not an absolute http or https URL"},
      {"[publish]\nproxy = \"https://x:1\"\n", "must be http://host:port"},
      {"[publish]\nhold_seconds = 86401\n", "publish.hold_seconds is 86401; allowed: 0 to 86400"},
      {"[publish]\nkeep_days = 0\n", "publish.keep_days is 0; allowed: 1 to 3650"},
      {"[publish]\nindexnow = [\"https://x.kr/\"]\n", "IndexNow needs publish.indexnow_key"},
      {"[publish]\nindexnow_key = \"1234567\"\n", "must be 8 to 128"},
      {"[publish]\nindexnow_key = \"12345678_\"\n", "must be 8 to 128"},
      {"[publish]\naggregators = \"none.toml\"\n", "none.toml: cannot read it"},
      {"\n[[publish.webhook]]\nname = \"a\"\nurl = \"http://x.kr/\"\nsecret_file = "
       "\"hook.secret\"\n",
       "webhook 'a': https is required; allow_http = true permits plain http"},
      {"\n[[publish.webhook]]\nname = \"a\"\nurl = \"https://x.kr/\"\n",
       "webhook 'a' needs secret_file"},
      {"\n[[publish.webhook]]\nname = \"a\"\nurl = \"https://x.kr/\"\nsecret_file = "
       "\"team.url\"\n",
       "team.url: a webhook secret is written whsec_ and base64"},
      {"\n[[publish.webhook]]\nname = \"a\"\nurl = \"https://x.kr/\"\nsecret_file = "
       "\"three\"\n",
       "more than two lines"},
      {"\n[[publish.webhook]]\nname = \"ep_1\"\nurl = \"https://x.kr/\"\nsecret_file = "
       "\"hook.secret\"\n",
       "a webhook needs a name of small letters, digits and '-'"},
      {webhook + webhook, "two are named webhook 'build'"},
      {webhook + "events = [\"post.moved\"]\n",
       "webhook 'build': unknown event \"post.moved\"; allowed: post.published"},
      {webhook + "feeds = [\"nope\"]\n", "webhook 'build': there is no feed \"nope\""},
      {webhook + "feeds = [\"old\"]\n", "webhook 'build': there is no feed \"old\""},
      {webhook + "categories = [\" \"]\n", "categories holds an empty name"},
      {webhook + "headers = { Webhook-Id = \"x\" }\n", "the header Webhook-Id is ours to write"},
      {webhook + "headers = { X = 1 }\n", "headers must be a table of strings only"},
      {webhook + "headers = \"X: y\"\n", "headers must be a table of strings, such as"},
      {slack, "slack 'team': needs either url or url_file"},
      {slack + "url = \"https://x.kr/SECRET\"\nurl_file = \"team.url\"\n", "needs either url"},
      {slack + "url_file = \"none.url\"\n", "none.url"},
      {slack + "url_file = \"empty\"\n", "is empty"},
      {slack + "url_file = \"three\"\n", "must hold one line"},
      {slack + "url = \"ftp://SECRET\"\n", "slack 'team': the url must be an absolute http"},
      {slack + "url_file = \"secret.url\"\n", "the url must be an absolute http"},
      {purge + "url = \"x\"\n", "purge 'cdn': the url must be an absolute http or https URL"},
      {purge, "purge 'cdn': the url must be"},
      {purge + "url = \"https://x.kr/\"\nmethod = \"purge it\"\n", "capital letters"},
      {purge + "url = \"https://x.kr/\"\nheaders = { A = \"{token}\" }\n",
       "{token} needs token_file"},
      {purge + "url = \"http://x.kr/\"\ntoken_file = \"hook.secret\"\n", "https only"},
      {purge + "url = \"https://x.kr/\"\nheaders = { Host = \"y\" }\n", "Host is ours"},
  }));
  INFO(text);
  const auto loaded = load_with(text, {{"three", "a\nb\nc\n"},
                                       {"empty", "\n"},
                                       {"secret.url", "ftp://SECRET\n"},
                                       {"team.url", "https://x.kr/\n"}});
  REQUIRE_FALSE(loaded.problems.empty());
  CHECK_THAT(loaded.problems.front(), Catch::Contains(want));
  for (const auto& problem : loaded.problems)
    CHECK_THAT(problem, !Catch::Contains("SECRET") && !Catch::Contains("AAECAw"));
}

TEST_CASE("The known parties are all there, and all off", "[app][publish]") {
  const auto file = testing::source_dir() / "conf/aggregators.toml";
  Problems problems;
  const auto parties = read_known_parties(file, problems);
  CHECK(problems == Problems{});
  std::vector<std::string> known;
  for (const auto& party : parties) {
    INFO(party.url);
    CHECK_FALSE(party.is_on);
    known.push_back(std::string(to_string(party.kind)) + ' ' + party.url);
  }
  CHECK(known ==
        std::vector<std::string>{
            "websub https://pubsubhubbub.appspot.com/",
            "websub https://pubsubhubbub.superfeedr.com/", "websub https://websubhub.com/hub",
            "websub https://switchboard.p3k.io/", "ping https://rpc.twingly.com/",
            "ping http://rpc.pingomatic.com/", "ping http://rpc.weblogs.com/RPC2",
            "rsscloud http://rpc.rsscloud.io:5337/ping",
            "indexnow https://api.indexnow.org/indexnow", "indexnow https://www.bing.com/indexnow",
            "indexnow https://searchadvisor.naver.com/indexnow",
            "indexnow https://yandex.com/indexnow", "indexnow https://search.seznam.cz/indexnow"});
}

TEST_CASE("A known party that is turned on is told, one that is listed is known by its fetches",
          "[app][publish]") {
  const auto loaded = load_with(
      "[publish]\nhubs = [\"https://b.example/\"]\n"
      "aggregators = \"known.toml\"\n",
      {{"known.toml", R"(
[[websub]]
url = "https://a.example/"
on = true
[[websub]]
url = "https://b.example/"
agents = ["B-Fetcher"]
networks = ["192.0.2.0/24"]
note = "listed"
[[ping]]
url = "https://c.example/"
)"}});
  REQUIRE(loaded.problems == Problems{});
  const auto& targets = loaded.config.plan.targets;
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].name == "websub:https://b.example/");
  CHECK(targets[0].agents == std::vector<std::string>{"B-Fetcher"});
  CHECK(targets[0].networks == std::vector<std::string>{"192.0.2.0/24"});
  CHECK(targets[1].name == "websub:https://a.example/");
  CHECK(loaded.config.plan.site.hubs ==
        std::vector<std::string>{"https://b.example/", "https://a.example/"});
}

TEST_CASE("What is wrong in the file of known parties is said with its line", "[app][publish]") {
  auto [text, want] = GENERATE(table<std::string, std::string>({
      {"[[websub]]\non = true\n", "known.toml:1: a party needs a url"},
      {"[[websub]]\nurl = \"x\"\n", "known.toml:2: url is \"x\"; it must be an absolute"},
      {"[[hub]]\nurl = \"https://x.kr/\"\n",
       "known.toml:1: unknown key 'hub'; allowed here: websub"},
      {"[[ping]]\nurl = \"https://x.kr/\"\nnetworks = [\"x\"]\n", "known.toml:3: networks: "},
      {"[[ping]]\nurl = \"https://x.kr/\"\nagents = [\"a b\"]\n", "known.toml:3: agents: \"a b\""},
      {"[[ping]]\nurl = \"https://x.kr/\"\n[[ping]]\nurl = \"https://x.kr/\"\n",
       "known.toml:4: the file names https://x.kr/ twice"},
  }));
  INFO(text);
  const auto loaded =
      load_with("[publish]\naggregators = \"known.toml\"\n", {{"known.toml", text}});
  REQUIRE_FALSE(loaded.problems.empty());
  CHECK_THAT(loaded.problems.front(), Catch::Contains(want));
}

TEST_CASE("Ping-o-Matic beside a service that it pings is noted [N-097]", "[app][publish]") {
  const auto notes = [](const std::string& pings) {
    return notes_on_targets(load_with("[publish]\npings = " + pings + "\n").config.plan.targets);
  };
  CHECK(notes(R"(["http://rpc.pingomatic.com/"])").empty());
  CHECK(notes(R"(["http://rpc.weblogs.com/RPC2", "https://rpc.twingly.com/"])").empty());
  const auto both = notes(R"(["http://rpc.pingomatic.com/", "http://rpc.weblogs.com/RPC2"])");
  REQUIRE(both.size() == 1);
  CHECK_THAT(both[0], Catch::Contains("rpc.weblogs.com"));
}
