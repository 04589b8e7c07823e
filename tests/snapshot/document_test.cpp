#include "document.hpp"

// g++ 12 sees ghosts in std::regex once sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>

#include "blog_fixture.hpp"
#include "heads.hpp"

using namespace sosik;
using sosik::testing::header;

namespace {

DocumentFacts facts() {
  DocumentFacts facts;
  facts.format = Format::rss;
  facts.changed_at = from_unix_ms(1'795'424'709'000);
  facts.self = facts.content_location = "https://blog.example/rss.xml";
  facts.hubs = {"https://hub.example/", "https://other.example/push"};
  facts.alternates = {alternate_link("https://blog.example/atom.xml", "application/atom+xml")};
  return facts;
}

const std::string body(5000, 'x');

}  // namespace

TEST_CASE("The head of a 200 is complete", "[snapshot][heads]") {
  Document document(body, facts());
  const auto& made = *document.in(Coding::identity);
  CHECK(
      made.head ==
      "Content-Type: application/rss+xml; charset=utf-8\r\n"
      "Content-Length: 5000\r\n"
      "ETag: " +
          made.etag +
          "\r\n"
          "Cache-Control: public, max-age=300, stale-while-revalidate=60, stale-if-error=86400\r\n"
          "Link: <https://blog.example/rss.xml>; rel=\"self\"\r\n"
          "Link: <https://hub.example/>; rel=\"hub\"\r\n"
          "Link: <https://other.example/push>; rel=\"hub\"\r\n"
          "Access-Control-Allow-Origin: *\r\n"
          "Access-Control-Expose-Headers: ETag, Link, Retry-After\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "Link: <https://blog.example/atom.xml>; rel=\"alternate\"; "
          "type=\"application/atom+xml\"\r\n"
          "Accept-Ranges: none\r\n"
          "Content-Security-Policy: default-src 'none'; img-src https: data:; style-src 'self'; "
          "sandbox\r\n"
          "\r\n");
  CHECK(made.last_modified == "Last-Modified: Mon, 23 Nov 2026 09:05:09 GMT\r\n");
  CHECK(made.content_location == "Content-Location: https://blog.example/rss.xml\r\n");
}

TEST_CASE("The head of a 304 repeats what readers keep and describes no body",
          "[snapshot][heads][H-077][H-079][H-080]") {
  Document document(body, facts());
  for (Coding coding : {Coding::identity, Coding::gzip}) {
    const auto& made = *document.in(coding);
    for (auto name : {"ETag", "Cache-Control", "Link", "Access-Control-Allow-Origin",
                      "Access-Control-Expose-Headers"})
      CHECK(header(made.head_304, name) == header(made.head, name));
    for (auto name : {"Content-Type", "Content-Length", "Content-Encoding"})
      CHECK(header(made.head_304, name).empty());
    CHECK_THAT(made.head_304, Catch::EndsWith("\r\n\r\n"));
    CHECK_THAT(made.head_304,
               Catch::Contains("rel=\"self\"") && Catch::Contains("rel=\"hub\""));  // H-210
  }
}

TEST_CASE("A gzip representation says so and has a tag of its own",
          "[snapshot][heads][H-092][H-096][H-098]") {
  Document document(body, facts());
  const auto& plain = *document.in(Coding::identity);
  const auto& packed = *document.in(Coding::gzip);
  CHECK(packed.coding == Coding::gzip);
  CHECK(header(packed.head, "Content-Encoding") == "gzip");
  CHECK(header(packed.head, "Content-Length") == std::to_string(packed.body.size()));
  CHECK(header(plain.head, "Content-Encoding").empty());
  CHECK(plain.etag_hash == packed.etag_hash);
  CHECK(plain.etag == "\"" + plain.etag_hash + "-i\"");
  CHECK(packed.etag != plain.etag);
  CHECK(std::regex_match(packed.etag, std::regex("\"[0-9a-f]{16}-g6d[0-9.]+\"")));  // H-097
  CHECK(document.in(Coding::gzip) == &packed);
}

TEST_CASE("A body not worth compressing is one representation under both codings", "[snapshot]") {
  Document document("<rss/>", facts());
  CHECK(document.in(Coding::gzip) == document.in(Coding::identity));
}

TEST_CASE("The tag is a function of the bytes alone", "[snapshot][H-091][H-098]") {
  DocumentFacts later = facts();
  later.changed_at += std::chrono::hours(1);
  later.max_age_seconds = 900;
  CHECK(Document(body, facts()).in(Coding::identity)->etag ==
        Document(body, later).in(Coding::identity)->etag);
  CHECK(Document(body, facts()).in(Coding::identity)->etag !=
        Document(body + "x", facts()).in(Coding::identity)->etag);
}

TEST_CASE("Pages get the policy of pages, and post pages let players play",
          "[snapshot][heads][H-253][H-254]") {
  DocumentFacts page;
  page.canonical = "https://blog.example/posts/a";
  const std::string strict = Document(body, page).in(Coding::identity)->head;
  CHECK(header(strict, "Content-Security-Policy") ==
        "default-src 'none'; img-src https: data: 'self'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'");
  CHECK(header(strict, "Referrer-Policy") == "strict-origin-when-cross-origin");
  CHECK(header(strict, "Link") == "<https://blog.example/posts/a>; rel=\"canonical\"");
  CHECK(Document(body, page).in(Coding::identity)->last_modified.empty());  // `never`
  page.has_embeds = true;
  CHECK_THAT(Document(body, page).in(Coding::identity)->head,
             Catch::Contains("frame-src https://www.youtube.com") &&
                 Catch::Contains("media-src https: 'self'"));
}

TEST_CASE("No value can split a response", "[snapshot][heads][H-035]") {
  DocumentFacts bad = facts();
  bad.self = "https://blog.example/\r\nSet-Cookie: a=b\r\n\r\n<script>\x7F가";
  const auto head = Document(body, bad).in(Coding::identity)->head;
  CHECK_THAT(head, !Catch::Contains("\r\nSet-Cookie") && !Catch::Contains("가"));
  CHECK(head.find("\r\n\r\n") == head.size() - 4);
}
