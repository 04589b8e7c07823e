#include "sosik/render/gate.hpp"

#include "catch.hpp"
#include "sosik/render/render.hpp"

using namespace sosik;

namespace {
const std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
}

TEST_CASE("The gate lets a well-formed document pass", "[render][gate]") {
  CHECK(check_xml(declaration + "<a xmlns:b=\"urn:b\"><b:c d=\"&#xD55C;\">한글 &amp; 😀</b:c></a>")
            .has_value());
}

TEST_CASE("The gate refuses what no feed reader parses", "[render][gate][F-020][F-021][F-028]") {
  const auto [document, reason] = GENERATE(table<std::string, std::string>({
      {"<a/>", "declaration"},
      {"\n" + declaration + "<a/>", "declaration"},
      {"\xEF\xBB\xBF" + declaration + "<a/>", "declaration"},
      {"<?xml version=\"1.1\" encoding=\"UTF-8\"?><a/>", "declaration"},
      {"<?xml version=\"1.0\" encoding=\"EUC-KR\"?><a/>", "declaration"},
      {declaration + "<a>&#08;</a>", "line 2"},
      {declaration + "<a>\n\x08</a>", "line 3"},
      {declaration + "<a>\xEF\xBF\xBE</a>", "line 2"},
      {declaration + "<a>\xC2</a>", "UTF-8"},
      {declaration + "<a>\xED\xA0\x80</a>", "UTF-8"},
      {declaration + "<a>&nbsp;</a>", "undefined entity"},
      {declaration + "<a>]]></a>", "line 2"},
      {declaration + "<a><b></a>", "mismatched tag"},
      {declaration + "<a b='1' b='2'/>", "duplicate attribute"},
      {declaration + "<x:a/>", "unbound prefix"},
      {declaration + "<a/><a/>", "line 2"},
      {declaration + "<a>", "no element found"},
      {declaration + "<!DOCTYPE a><a/>", "document type declaration"},
      {declaration + "<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>", "document type declaration"},
  }));
  INFO(document);
  const auto checked = check_xml(document);
  REQUIRE(checked.has_error());
  CHECK(checked.error().code == Errc::invalid);
  CHECK_THAT(checked.error().detail, Catch::Contains(reason));
}

TEST_CASE("The gate reads a JSON feed back", "[render][gate][F-110][F-121]") {
  const std::string good =
      R"({"version":"https://jsonfeed.org/version/1.1","title":"한글",)"
      R"("home_page_url":"https://a.example/","feed_url":"https://a.example/f","items":[]})";
  CHECK(check_document(good, Format::json).has_value());
  const auto [from, to] = GENERATE(table<std::string, std::string>({
      {"[]}", "[]"},
      {"[]", "{}"},
      {"[]", "null"},
      {"\"한글\"", "1"},
      {"\"title\"", "\"name\""},
      {"1.1\"", "1\""},
      {"한글", "\xED\xA0\x80"},
      {"{\"version\"", "{\"a\":1,\"version\""},
      {"{", "\xEF\xBB\xBF{"},
  }));
  std::string bad = good;
  bad.replace(bad.find(from), from.size(), to);
  INFO(bad);
  CHECK(check_document(bad, Format::json).has_error());
}

TEST_CASE("A document that cannot be served names feed and format", "[render][gate]") {
  // Nothing we can put into a Feed breaks a document; its size limit apart, so the gate is asked
  // itself.
  const auto checked = check_document("not a feed", Format::atom);
  REQUIRE(checked.has_error());
  CHECK_THAT(check_document("<p>\xFF", Format::html).error().detail, Catch::Contains("not UTF-8"));
}
