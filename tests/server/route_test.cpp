#include "route.hpp"

#include "catch.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/syndicate/feed_urls.hpp"

using namespace sosik;
using Kind = Route::Kind;

TEST_CASE("Every address of a feed leads to its key and format", "[server][H-270]") {
  struct Row {
    std::string path;
    Kind kind;
    std::string key;
    Format format;
  };
  const Row row = GENERATE(values<Row>({
      {"/", Kind::fixed, "", Format::html},
      {"/rss.xml", Kind::fixed, "main", Format::rss},
      {"/atom.xml", Kind::fixed, "main", Format::atom},
      {"/feed.json", Kind::fixed, "main", Format::json},
      {"/feed", Kind::negotiated, "main", Format::rss},
      {"/dev/rss.xml", Kind::fixed, "dev", Format::rss},
      {"/dev/feed", Kind::negotiated, "dev", Format::rss},
      {"/dev/", Kind::fixed, "dev", Format::html},
      {"/category/tech/atom.xml", Kind::fixed, "category/tech", Format::atom},
      {"/category/tech/", Kind::fixed, "category/tech", Format::html},
      {"/category/%EA%B8%B0%EC%88%A0/%EB%B0%B1%EC%97%94%EB%93%9C/rss.xml", Kind::fixed,
       "category/기술/백엔드", Format::rss},
      {"/tag/CI%2FCD/feed.json", Kind::fixed, "tag/CI/CD", Format::json},
      {"/tag/c++/rss.xml", Kind::fixed, "tag/c++", Format::rss},
      {"/author/%EA%B9%80%EC%86%8C%EC%8B%9D/feed", Kind::negotiated, "author/김소식", Format::rss},
      {"/posts/hello", Kind::fixed, "posts/hello", Format::html},
      {"/posts/%EC%B2%AB-%EC%98%A8%EC%BD%9C", Kind::fixed, "posts/첫-온콜", Format::html},
      {"/style.css", Kind::style_sheet, "", Format::rss},
      // The addresses of other engines, answered where they are.
      {"/feed/", Kind::fixed, "main", Format::rss},
      {"/feed/atom/", Kind::fixed, "main", Format::atom},
      {"/feed/atom", Kind::fixed, "main", Format::atom},
      {"/rss", Kind::fixed, "main", Format::rss},
      {"/rss/", Kind::fixed, "main", Format::rss},
      {"/atom", Kind::fixed, "main", Format::atom},
      {"/index.xml", Kind::fixed, "main", Format::rss},
      {"/feed.xml", Kind::fixed, "main", Format::atom},
      {"/category/tech/feed/", Kind::fixed, "category/tech", Format::rss},
  }));
  INFO(row.path);
  const Route found = route(row.path, "");
  CHECK(found.kind == row.kind);
  CHECK(found.key == row.key);
  CHECK(found.format == row.format);
  CHECK(found.canonical == row.path);
}

TEST_CASE("A path has one spelling; others are told it", "[server][H-270][H-271][H-273]") {
  const auto [path, canonical] = GENERATE(table<std::string, std::string>({
      {"/tag/%ed%95%9c%ea%b8%80/rss.xml", "/tag/%ED%95%9C%EA%B8%80/rss.xml"},
      {"/tag/%E1%84%92%E1%85%A1%E1%86%AB%E1%84%80%E1%85%B3%E1%86%AF/rss.xml",
       "/tag/%ED%95%9C%EA%B8%80/rss.xml"},
      {"/tag/한글/rss.xml", "/tag/%ED%95%9C%EA%B8%80/rss.xml"},
      {"/rss%2Exml", "/rss.xml"},
      {"/%72ss.xml", "/rss.xml"},
      {"/x/../rss.xml", "/rss.xml"},
      {"/x/%2e%2E/rss.xml", "/rss.xml"},
      {"/./rss.xml", "/rss.xml"},
      {"/../../rss.xml", "/rss.xml"},
      {"/posts/hello/", "/posts/hello"},
      {"/tag/ci%2fcd/rss.xml", "/tag/ci%2Fcd/rss.xml"},
  }));
  INFO(path);
  CHECK(route(path, "").canonical == canonical);
  CHECK(route(canonical, "").canonical == canonical);
}

TEST_CASE("The key of IndexNow is at one address, below the blog's path [N-130]", "[server]") {
  const std::string key = "0123456789abcdef";
  const Route found = route("/0123456789abcdef.txt", "", key);
  CHECK(found.kind == Kind::indexnow_key);
  CHECK(found.canonical == "/0123456789abcdef.txt");
  CHECK(route("/b/0123456789abcdef.txt", "/b", key).kind == Kind::indexnow_key);
  CHECK(route("/%30123456789abcdef.txt", "", key).canonical == "/0123456789abcdef.txt");
  for (const char* path : {"/0123456789abcdef", "/0123456789abcde.txt", "/0123456789ABCDEF.txt",
                           "/x/0123456789abcdef.txt", "/0123456789abcdef.txt/", "/.txt"}) {
    INFO(path);
    CHECK(route(path, "", key).kind != Kind::indexnow_key);
    CHECK(route(path, "", "").kind != Kind::indexnow_key);
  }
  CHECK(route("/0123456789abcdef.txt", "").kind == Kind::not_found);
}

TEST_CASE("The list of feeds has one address", "[server][F-200]") {
  const Route list = route("/opml.xml", "");
  CHECK(list.kind == Kind::fixed);
  CHECK(list.format == Format::opml);
  CHECK(list.key == opml_key);
  CHECK(list.canonical == "/opml.xml");
  CHECK(route("/blog/opml.xml", "/blog").key == opml_key);
  for (const char* other : {"/opml.xml/", "/opml", "/opml/", "/opml/rss.xml", "/dev/opml.xml",
                            "/category/a/opml.xml", "/posts/a/opml.xml"})
    CHECK(route(other, "").kind == Kind::not_found);
}

TEST_CASE("Each feed's archive has its pages below it, in the three formats of documents",
          "[server][archive][H-202][H-203]") {
  const auto [folder, feed] = GENERATE(table<std::string, std::string>({
      {"", "main"},
      {"/dev", "dev"},
      {"/category/a/b", "category/a/b"},
      {"/category/archive", "category/archive"},
      {"/tag/archive", "tag/archive"},
      {"/tag/archive%2F3", "tag/archive/3"},
      {"/author/%ED%95%9C%EA%B8%80", "author/한글"},
  }));
  const auto [file, format] = GENERATE(table<std::string, Format>(
      {{"rss.xml", Format::rss}, {"atom.xml", Format::atom}, {"feed.json", Format::json}}));
  const std::string path = folder + "/archive/12/" + file;
  INFO(path);
  const Route page = route(path, "");
  CHECK(page.kind == Kind::fixed);
  CHECK(page.format == format);
  CHECK(page.key == archive_key(feed, 12));
  CHECK(page.canonical == path);
  CHECK(route("/blog" + path, "/blog").key == page.key);
  CHECK(route(folder + "/" + file, "").key == feed);
}

TEST_CASE("Pages of archives have no other address", "[server][archive][H-203][H-207]") {
  const std::string path = GENERATE(
      as<std::string>{}, "/archive/0/rss.xml", "/archive/01/rss.xml", "/archive/-1/rss.xml",
      "/archive/x/rss.xml", "/archive//rss.xml", "/archive/1234567890/rss.xml",
      "/archive/3/rss.xml/", "/archive/3/feed", "/archive/3/feed/atom", "/archive/3/rss",
      "/archive/3/index.xml", "/archive/3/", "/archive/3", "/archive/rss.xml",
      "/archive/3/archive/2/rss.xml", "/posts/archive/3/rss.xml", "/tag/archive/3/rss.xml",
      "/opml/archive/3/rss.xml", "/main/archive/3/rss.xml");
  INFO(path);
  CHECK(route(path, "").kind == Kind::not_found);
}

TEST_CASE("What names nothing is not found", "[server][H-273]") {
  const std::string path =
      GENERATE(as<std::string>{}, "/robots.txt", "/rss.xml/", "/login.php/feed", "/favicon.ico",
               "/nothing", "/dev", "//rss.xml", "/a//rss.xml", "/posts/", "/posts", "/posts/a/b",
               "/tag/rss.xml", "/tag//rss.xml", "/category/rss.xml", "/category/a%2Fb/rss.xml",
               "/main/rss.xml", "/feed/rss.xml", "/hub/feed", "/a/b/rss.xml", "/rss%2Fxml",
               "/RSS.XML", "/rss.xml%20", "/archive/", "/tag/%FF/rss.xml", "/%ED%A0%80/rss.xml",
               "/%C0%AFrss.xml", "/%2572ss.xml", "/x/%252e%252e/rss.xml", "/x%2F..%2Frss.xml");
  INFO(path);
  CHECK(route(path, "").kind == Kind::not_found);
}

TEST_CASE("NUL, controls and broken percent signs are refused", "[server][H-273]") {
  const std::string path =
      GENERATE(as<std::string>{}, "/%00", "/rss.xml%00", "/tag/%0A/rss.xml", "/tag/%7f/rss.xml",
               "/tag/%C2%85/rss.xml", "/%", "/%4", "/%zz/rss.xml");
  INFO(path);
  CHECK(route(path, "").kind == Kind::bad_request);
}

TEST_CASE("A path in CP949 is a legacy spelling of the one in UTF-8", "[server][H-272]") {
  const Route found = route("/tag/%C7%D1%B1%DB/rss.xml", "");
  CHECK(found.is_legacy);
  CHECK(found.key == "tag/한글");
  CHECK(found.canonical == "/tag/%ED%95%9C%EA%B8%80/rss.xml");
  CHECK_FALSE(route("/tag/%ED%95%9C%EA%B8%80/rss.xml", "").is_legacy);
  // Its octets are not to be taken for controls: 0xC2 is the end of U+B294 here.
  CHECK(route("/tag/%BE%F8%B4%C2%20%B0%CD/rss.xml", "").key == "tag/없는 것");
  CHECK(route("/tag/%B4%C2%01/rss.xml", "").kind == Kind::bad_request);
}

TEST_CASE("Under a base path everything is below it and nothing beside it", "[server]") {
  CHECK(route("/blog/rss.xml", "/blog").key == "main");
  CHECK(route("/blog/rss.xml", "/blog").canonical == "/blog/rss.xml");
  CHECK(route("/blog/x/../rss.xml", "/blog").canonical == "/blog/rss.xml");
  CHECK(route("/blog/", "/blog").kind == Kind::fixed);
  CHECK(route("/blog", "/blog").canonical == "/blog/");
  CHECK(route("/rss.xml", "/blog").kind == Kind::not_found);
  CHECK(route("/blogger/rss.xml", "/blog").kind == Kind::not_found);
}

TEST_CASE("A negotiated page of the main feed is the list of all posts", "[server]") {
  CHECK(route("/feed", "").html_key() == "");
  CHECK(route("/dev/feed", "").html_key() == "dev");
}

TEST_CASE("Every address that caches are told to forget is served where it is [H-178]",
          "[server]") {
  Site site;
  site.public_url = "https://blog.example/base";
  const auto key = GENERATE(as<std::string>{}, "", "main", "dev", "category/기술/백엔드",
                            "tag/CI/CD", "author/김소식", "opml", "dev/archive/3");
  const std::string of = key == "opml"            ? std::string(opml_key)
                         : key == "dev/archive/3" ? archive_key("dev", 3)
                                                  : key;
  const auto addresses = feed_addresses(site, of);
  CHECK(addresses.size() == (key.empty()              ? 2
                             : key == "opml"          ? 1
                             : key == "dev/archive/3" ? document_endings
                                                      : std::size(feed_endings) + (key != "main")));
  for (const auto& address : addresses) {
    INFO(address);
    REQUIRE(address.starts_with("https://blog.example/"));
    const std::string path = address.substr(20);
    const Route found = route(path, "/base");
    CHECK(found.canonical == path);  // no redirect
    CHECK(found.kind != Kind::not_found);
    CHECK(found.key == (key.empty() && path.ends_with("feed") ? "main" : of));
  }
}
