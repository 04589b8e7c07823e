// moved_to and gone in feed definitions (H-230, H-231, H-233).
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "config.hpp"
#include "temp_dir.hpp"

using namespace sosik;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;  // name, text

LoadedConfig load(const Files& feeds, const std::string& more = "",
                  const std::string& url = "https://blog.example.kr") {
  TempDir folder;
  std::ofstream(folder / "sosik.toml")
      << "[site]\ntitle = \"t\"\nid_authority = \"blog.example.kr\"\npublic_url = \"" + url +
             "\"\n" + more;
  std::filesystem::create_directory(folder / "feeds");
  for (const auto& [name, text] : feeds)
    std::ofstream(folder / ("feeds/" + name + ".toml")) << text;
  return load_config(folder / "sosik.toml");
}

std::string problems(const LoadedConfig& loaded) {
  std::string all;
  for (const auto& problem : loaded.problems) {
    const auto feeds = problem.find("feeds/");
    all += (all.empty() ? "" : "\n") + problem.substr(feeds == problem.npos ? 0 : feeds + 6);
  }
  return all;
}

FeedDefinition named(const LoadedConfig& loaded, std::string_view key) {
  for (const auto& definition : loaded.config.plan.definitions)
    if (definition.key == key) return definition;
  throw std::runtime_error("no such definition");
}

const std::string title = "title = \"x\"\n";

}  // namespace

TEST_CASE("A feed moves to a URL, to another feed, or is gone", "[app][definitions][moved]") {
  const auto loaded = load({{"a", "moved_to = \"https://새집.example/피드?a=1\"\n"},
                            {"b", title + "moved_to = \"새 것\"\n"},
                            {"c", "moved_to = \"main\"\n"},
                            {"d", "moved_to = \"tag/AI\"\n"},
                            {"e", "gone = true\n"},
                            {"f", title + "gone = false\nmoved_to = \"\"\n"},
                            {"main", "moved_to = \"f\"\n"}});
  CHECK(problems(loaded) ==
        "b.toml:2: moved_to is \"새 것\"; it must be an absolute http or https URL or another "
        "feed: a, c, d, e, f, main, category/..., tag/..., author/... where these are derived\n"
        "c.toml:1: moved_to leads to 'main', which has itself moved; name \"f\" here");
  CHECK(named(loaded, "a").moved_to == "https://xn--og4b88n.example/%ED%94%BC%EB%93%9C?a=1");
  CHECK(named(loaded, "d").moved_to == "tag/AI");
  CHECK(named(loaded, "e").is_gone);
  CHECK_FALSE(named(loaded, "e").is_served());
  CHECK_FALSE(named(loaded, "main").is_served());
  CHECK(named(loaded, "f").is_served());
}

TEST_CASE("A feed that is named in another composition is found", "[app][definitions][moved]") {
  const auto loaded = load({{"a", "moved_to = \"\xe1\x84\x80\xe1\x85\xa1\"\n"}, {"가", title}});
  CHECK(problems(loaded).empty());
  CHECK(named(loaded, "a").moved_to == "가");
}

TEST_CASE("A move that leads nowhere, in a circle or on is refused with file and line",
          "[app][definitions][moved][H-231]") {
  struct Row {
    Files files;
    std::string want;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {{{"a", title + "moved_to = \"a\"\n"}}, "a.toml:2: moved_to names this feed itself"},
      {{{"a", "moved_to = \"b\"\n"}}, "a.toml:1: moved_to is \"b\"; it must be an absolute http"},
      {{{"a", "moved_to = \"b\"\n"}, {"b", "moved_to = \"c\"\n"}, {"c", title}},
       "a.toml:1: moved_to leads to 'b', which has itself moved; name \"c\" here"},
      {{{"a", "moved_to = \"b\"\n"}, {"b", "moved_to = \"https://x.kr/\"\n"}},
       "a.toml:1: moved_to leads to 'b', which has itself moved; name \"https://x.kr/\" here"},
      {{{"a", "moved_to = \"b\"\n"}, {"b", "moved_to = \"a\"\n"}},
       "a.toml:1: moved_to leads to 'b', which has moved back here\n"
       "b.toml:1: moved_to leads to 'a', which has moved back here"},
      {{{"a", "moved_to = \"b\"\n"}, {"b", "gone = true\n"}},
       "a.toml:1: moved_to leads to 'b', which is gone"},
      {{{"a", "gone = true\nmoved_to = \"main\"\n"}},
       "a.toml:2: moved_to and gone = true exclude each other"},
      {{{"a", "gone = \"yes\"\n" + title}}, "a.toml:1: gone must be true or false"},
      {{{"a", "moved_to = 5\n" + title}}, "a.toml:1: moved_to must be a string in quotes"},
      {{{"a", "moved_to = \"ftp://x.kr/\"\n"}},
       "a.toml:1: moved_to is \"ftp://x.kr/\"; it must be an http or https URL"},
      {{{"a", "moved_to = \"https://\"\n"}}, "a.toml:1: moved_to is \"https://\"; it must be"},
      {{{"a", "moved_to = \"https://u:p@x.kr/\"\n"}}, "without a user"},
      {{{"a", "moved_to = \"https://x\u00ad\u3002..kr/\"\n"}}, "a.toml:1: moved_to is \"https://x"},
      {{{"a", "moved_to = \"mailto:x@x.kr\"\n"}}, "a.toml:1: moved_to is \"mailto:x@x.kr\"; it"},
      {{{"a", "moved_to = \"tag/\"\n"}}, "a.toml:1: moved_to is \"tag/\"; it must be"},
      {{{"a", "moved_to = \"https://blog.example.kr/b/rss.xml\"\n"}},
       "a.toml:1: moved_to leads to this site; write the name of the feed instead"},
      {{{"a", "moved_to = \"http://BLOG.example.kr:80\"\n"}}, "a.toml:1: moved_to leads to this"},
      {{{"a", "gone = true\nfrom = 1\n"}}, "a.toml:2: unknown key 'from'"},
      {{{"a", "gone = false\n"}}, "the feed needs a title"},
  }));
  const auto said = problems(load(row.files));
  INFO(said);
  CHECK_THAT(said, Catch::StartsWith(row.want) || Catch::Contains(row.want));
}

TEST_CASE("A derived feed that is switched off is nowhere to move to",
          "[app][definitions][moved]") {
  const Files files = {{"a", "moved_to = \"tag/go\"\n"}, {"b", "moved_to = \"author/kim\"\n"}};
  CHECK_THAT(problems(load(files, "[feeds]\nderive_tags = false\n")),
             Catch::StartsWith("a.toml:1: moved_to is \"tag/go\"; it must be") &&
                 !Catch::Contains("b.toml"));
}

TEST_CASE("Only what is below public_url is this site", "[app][definitions][moved]") {
  const auto refused = [](const std::string& to, const std::string& url) {
    return problems(load({{"a", "moved_to = \"" + to + "\"\n"}}, "", url))
        .starts_with("a.toml:1: moved_to leads to this site");
  };
  CHECK(refused("https://x.kr/blog/rss.xml", "https://x.kr/blog"));
  CHECK(refused("http://x.kr/blog/", "https://x.kr/blog"));
  CHECK(refused("https://x.kr/blog", "https://x.kr/blog"));
  CHECK_FALSE(refused("https://x.kr/blogger/rss.xml", "https://x.kr/blog"));
  CHECK_FALSE(refused("https://x.kr/", "https://x.kr/blog"));
  CHECK_FALSE(refused("https://www.x.kr/blog/rss.xml", "https://x.kr/blog"));
  CHECK_FALSE(refused("http://127.0.0.1:9000/rss.xml", "http://127.0.0.1:8080"));
  CHECK(refused("http://127.0.0.1:8080/rss.xml", "http://127.0.0.1:8080"));
  // Paths are compared as the server reads them.
  for (const char* path : {"/%62log/rss.xml", "/a/../blog/rss.xml", "/%2E%2e/blog", "/./blog?a=b",
                           "/a/%2e%2E/%62l%6Fg/", "//blog/", "/blog/%zz"}) {
    INFO(path);
    CHECK(refused(std::string("https://x.kr") + path, "https://x.kr/blog"));
  }
  for (const char* path : {"/blog/../rss.xml", "/blog/%2e%2e/", "/blog%2Frss.xml", "/Blog/",
                           "/?/blog/", "/%zz/blog"}) {
    INFO(path);
    CHECK_FALSE(refused(std::string("https://x.kr") + path, "https://x.kr/blog"));
  }
}

TEST_CASE("Every name of this host is this site", "[app][definitions][moved][H-231]") {
  const auto refused = [](const std::string& to) {
    return problems(load({{"a", "moved_to = \"" + to + "\"\n"}},
                         "[server]\nhosts = [\"blog.example.kr\", \"WWW.example.kr\", "
                         "\"새집.example\"]\n"))
        .starts_with("a.toml:1: moved_to leads to this site");
  };
  CHECK(refused("https://www.example.kr/rss.xml"));
  CHECK(refused("http://새집.example./"));
  CHECK(refused("https://blog.example.kr/rss.xml"));
  CHECK_FALSE(refused("https://example.kr/rss.xml"));
  CHECK_FALSE(refused("https://www.example.kr:8443/rss.xml"));
}
