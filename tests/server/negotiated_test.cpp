// The address of every definition whose format the reader chooses, and what cannot be chosen.
#include "catch.hpp"
#include "served_site.hpp"

using namespace sosik;

namespace {

struct Definition {
  std::string key, path;  // of the feed; where its addresses begin
};

struct DefinedSite : ServedSite {
  static std::vector<Definition> definitions() {
    return {{"main", ""},
            {"dev", "/dev"},
            {"tag/한글", "/tag/%ED%95%9C%EA%B8%80"},
            {"category/개발/서버", "/category/%EA%B0%9C%EB%B0%9C/%EC%84%9C%EB%B2%84"},
            {"author/kim", "/author/kim"}};
  }
  DefinedSite() {
    for (const Definition& definition : definitions()) {
      const auto put = [&](Format format, const std::string& name, const std::string& type) {
        MemoryDocument document;
        document.identity = definition.key + " as " + type + std::string(2000, ' ');
        document.gzip = definition.key + " as " + type + ", short";
        document.media_type = type;
        document.location = "https://blog.example" + definition.path + name;
        const bool is_list = definition.key == "main" && format == Format::html;
        snapshots.put(is_list ? "" : definition.key, format, document);
      };
      put(Format::rss, "/rss.xml", "application/rss+xml");
      put(Format::atom, "/atom.xml", "application/atom+xml");
      put(Format::json, "/feed.json", "application/feed+json");
      put(Format::html, "/", "text/html");
    }
  }
};

}  // namespace

TEST_CASE("Every definition's /feed says what it chose, in 200 and 304 alike",
          "[server][H-151][H-157][H-077]") {
  DefinedSite site;
  RawClient client = site.connect();
  const auto [type, name] = GENERATE(table<std::string, std::string>({
      {"application/rss+xml", "/rss.xml"},
      {"application/atom+xml", "/atom.xml"},
      {"application/feed+json", "/feed.json"},
      {"text/html", "/"},
  }));
  for (const Definition& definition : DefinedSite::definitions())
    for (std::string coding : {"", "Accept-Encoding: gzip\r\n"}) {
      INFO(definition.key << " " << type << " " << coding);
      const std::string path = definition.path + "/feed";
      const std::string fields = "Accept: " + type + "\r\n" + coding;
      const RawResponse full = client.ask(get(path, fields));
      REQUIRE(full.status == 200);
      CHECK(full.field("content-type") == type);
      CHECK(full.field("vary") == "Accept, Accept-Encoding");
      CHECK(full.field("content-location") == "https://blog.example" + definition.path + name);
      const RawResponse again =
          client.ask(get(path, fields + "If-None-Match: " + full.field("etag") + "\r\n"));
      REQUIRE(again.status == 304);
      for (std::string field : {"vary", "content-location", "etag", "cache-control", "link",
                                "last-modified", "access-control-allow-origin",
                                "access-control-expose-headers", "x-content-type-options"})
        CHECK(again.field(field) == full.field(field));
      const RawResponse fixed = client.ask(get(definition.path + name, coding));
      CHECK(fixed.body == full.body);
      CHECK(fixed.field("etag") == full.field("etag"));  // one representation (H-091)
      CHECK(fixed.field("vary") == "Accept-Encoding");
      CHECK(fixed.count("content-location") == 0);
    }
}

TEST_CASE("What no format or coding can satisfy is 406 at every definition, and varies as its 200",
          "[server][H-060][H-135][H-156][H-157]") {
  DefinedSite site;
  RawClient client = site.connect();
  for (const Definition& definition : DefinedSite::definitions()) {
    INFO(definition.key);
    for (int time = 0; time < 2; ++time) {
      const RawResponse format = client.ask(get(definition.path + "/feed", "Accept: */*;q=0\r\n"));
      CHECK(format.status == 406);
      CHECK(format.field("vary") == "Accept, Accept-Encoding");
      CHECK(format.body.find("application/feed+json") != std::string::npos);
      const std::string nothing = "Accept-Encoding: identity;q=0\r\nIf-None-Match: *\r\n";
      const RawResponse coding = client.ask(get(definition.path + "/feed", nothing));
      CHECK(coding.status == 406);
      CHECK(coding.field("vary") == "Accept, Accept-Encoding");
      CHECK(client.ask(get(definition.path + "/rss.xml", nothing)).field("vary") ==
            "Accept-Encoding");
      CHECK(client.ask(get(definition.path + "/feed")).status == 200);
    }
  }
}

TEST_CASE("A document without a coding that is acceptable is 406", "[server][H-134][H-135]") {
  DefinedSite site;
  MemoryDocument small;
  small.identity = "<rss/>";
  site.snapshots.put("dev", Format::rss, small);
  RawClient client = site.connect();
  const std::string fields =
      GENERATE(as<std::string>{}, "Accept-Encoding: gzip, identity;q=0\r\n",
               "Accept-Encoding: gzip, *;q=0\r\n",
               "Accept-Encoding: gzip, identity;q=0\r\nIf-None-Match: *\r\n");
  INFO(fields);
  for (int time = 0; time < 2; ++time) {  // as it is made, and from the cache
    const RawResponse fixed = client.ask(get("/dev/rss.xml", fields));
    CHECK(fixed.status == 406);
    CHECK(fixed.field("vary") == "Accept-Encoding");
    CHECK(fixed.count("etag") == 0);
    CHECK(client.ask(get("/dev/feed", fields)).field("vary") == "Accept, Accept-Encoding");
  }
  CHECK(client.ask(get("/dev/rss.xml", "Accept-Encoding: gzip\r\n")).body == "<rss/>");
  CHECK(client.ask(get("/dev/atom.xml", "Accept-Encoding: gzip, identity;q=0\r\n")).status == 200);
}

TEST_CASE("What is not there is 404, acceptable or not", "[server][H-060]") {
  DefinedSite site;
  RawClient client = site.connect();
  const std::string fields =
      GENERATE(as<std::string>{}, "Accept: */*;q=0\r\n", "Accept-Encoding: identity;q=0\r\n",
               "Accept-Encoding: *;q=0\r\nIf-None-Match: *\r\n");
  CHECK(client.ask(get("/nothing/feed", fields)).status == 404);
  CHECK(client.ask(get("/tag/nothing/feed", fields)).status == 404);
}

TEST_CASE("A tag from the negotiated address is good at the fixed one, and of one format only",
          "[server][H-094][H-150]") {
  DefinedSite site;
  RawClient client = site.connect();
  const std::string tag =
      client.ask(get("/dev/feed", "Accept: application/atom+xml\r\n")).field("etag");
  const std::string condition = "If-None-Match: " + tag + "\r\n";
  CHECK(client.ask(get("/dev/atom.xml", condition)).status == 304);
  CHECK(client.ask(get("/dev/rss.xml", condition)).status == 200);
  CHECK(client.ask(get("/dev/feed", condition)).status == 200);
}

TEST_CASE("What is known of a document answers 304 without making it; anything else makes it",
          "[server][H-077][H-090]") {
  DefinedSite site;
  MemoryDocument document;
  document.identity = std::string(2000, 'x');
  document.gzip = "short";
  document.location = "https://blog.example/dev/rss.xml";
  document.is_remembered = true;
  site.snapshots.put("dev", Format::rss, document);
  const RawResponse full = site.connect().ask(get("/dev/feed", "Accept-Encoding: gzip\r\n"));
  REQUIRE(full.status == 200);

  site.snapshots.put("dev", Format::rss, document);  // as after a restart: nothing is made
  site.snapshots.fail_with(unavailable("nothing can be made"));
  RawClient client = site.connect();
  const auto [fields, status] = GENERATE_COPY(table<std::string, int>({
      {"If-None-Match: " + full.field("etag") + "\r\n", 304},
      {"If-None-Match: \"old\", W/" + full.field("etag") + "\r\n", 304},
      {"If-Modified-Since: " + full.field("last-modified") + "\r\n", 304},
      {"If-None-Match: *\r\n", 304},
      {"If-None-Match: \"old\"\r\n", 503},
      {"If-None-Match: \"old\"\r\nIf-Modified-Since: " + full.field("last-modified") + "\r\n", 503},
      {"If-Modified-Since: Mon, 23 Nov 2009 02:13:20 GMT\r\n", 503},
      {"If-Match: \"old\"\r\nIf-None-Match: *\r\n", 503},
      {"", 503},
  }));
  INFO(fields);
  const RawResponse response = client.ask(get("/dev/feed", "Accept-Encoding: gzip\r\n" + fields));
  CHECK(response.status == status);
  if (status == 503) return;
  for (std::string field :
       {"vary", "content-location", "etag", "cache-control", "link", "last-modified"})
    CHECK(response.field(field) == full.field(field));
}
