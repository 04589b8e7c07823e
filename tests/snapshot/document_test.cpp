#include "document.hpp"

// g++ 12 sees ghosts in std::regex once sanitizers are on.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <regex>
#include <set>
#include <thread>

#include "blog_fixture.hpp"
#include "heads.hpp"
#include "sosik/base/digest.hpp"

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

std::shared_ptr<Holdings> holdings() { return std::make_shared<Holdings>(1'000'000, 0); }

}  // namespace

TEST_CASE("The head of a 200 is complete", "[snapshot][heads][H-172][H-220][H-253]") {
  Document document(body, facts(), holdings());
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
  Document document(body, facts(), holdings());
  for (Coding coding : {Coding::identity, Coding::gzip, Coding::br, Coding::zstd}) {
    const auto& made = *document.in(coding);
    for (auto name : {"ETag", "Cache-Control", "Link", "Access-Control-Allow-Origin",
                      "Access-Control-Expose-Headers"})
      CHECK(header(made.head_304, name) == header(made.head, name));
    for (auto name : {"Content-Type", "Content-Length", "Content-Encoding"})
      CHECK(header(made.head_304, name).empty());
    CHECK(made.head_304 == "ETag: " + made.etag +
                               "\r\n"
                               "Cache-Control: public, max-age=300, stale-while-revalidate=60, "
                               "stale-if-error=86400\r\n"
                               "Link: <https://blog.example/rss.xml>; rel=\"self\"\r\n"
                               "Link: <https://hub.example/>; rel=\"hub\"\r\n"
                               "Link: <https://other.example/push>; rel=\"hub\"\r\n"
                               "Access-Control-Allow-Origin: *\r\n"
                               "Access-Control-Expose-Headers: ETag, Link, Retry-After\r\n"
                               "X-Content-Type-Options: nosniff\r\n"
                               "\r\n");
    CHECK_THAT(made.head_304,
               Catch::Contains("rel=\"self\"") && Catch::Contains("rel=\"hub\""));  // H-210
  }
}

TEST_CASE("A coded representation says so and has a tag of its own",
          "[snapshot][heads][H-092][H-096][H-098][H-138]") {
  Document document(body, facts(), holdings());
  const auto& plain = *document.in(Coding::identity);
  CHECK(header(plain.head, "Content-Encoding").empty());
  CHECK(plain.etag == "\"" + plain.etag_hash + "-i\"");
  std::set<std::string> tags{plain.etag};
  for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd}) {
    const auto& packed = *document.in(coding);
    INFO(to_string(coding));
    CHECK(packed.coding == coding);
    CHECK(header(packed.head, "Content-Encoding") == to_string(coding));
    CHECK(header(packed.head, "Content-Length") == std::to_string(packed.body.size()));
    CHECK(header(packed.head, "ETag") == packed.etag);
    CHECK(header(packed.head_304, "ETag") == packed.etag);
    CHECK(plain.etag_hash == packed.etag_hash);
    CHECK(std::regex_match(packed.etag, std::regex("\"[0-9a-f]{16}-[gbz]6[a-z0-9.]+\"")));  // H-097
    CHECK(packed.etag.size() <= 64);
    tags.insert(packed.etag);
    CHECK(document.in(coding) == &packed);
  }
  CHECK(tags.size() == coding_count);
}

TEST_CASE("However many ask for a coding, it is made once", "[snapshot][threads][H-138]") {
  const auto held = holdings();
  Document document(body, facts(), held);
  std::vector<std::thread> threads;
  std::array<const Representation*, 8> made{};
  for (std::size_t i = 0; i < made.size(); ++i)
    threads.emplace_back([&, i] { made[i] = document.in(i % 2 == 0 ? Coding::br : Coding::zstd); });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 2; i < made.size(); ++i) CHECK(made[i] == made[i - 2]);
  CHECK(held->counters.compressed[static_cast<std::size_t>(Coding::br)] == 1);
  CHECK(held->counters.compressed[static_cast<std::size_t>(Coding::zstd)] == 1);
  CHECK(held->counters.compressed[static_cast<std::size_t>(Coding::gzip)] == 0);
}

TEST_CASE("Validators are the document's without its bytes", "[snapshot][H-077][H-091]") {
  Document document(body, facts(), holdings());
  const auto& plain = *document.in(Coding::identity);
  const Validators remembered(facts(), plain.etag_hash, body.size(), holdings());
  for (Coding coding : {Coding::identity, Coding::gzip, Coding::br, Coding::zstd})
    for (const Validators* known : {&remembered, document.validators().get()}) {
      const auto& made = *document.in(coding);
      const auto& without = known->in(coding);
      INFO(to_string(coding));
      CHECK(without.status == 200);
      CHECK(without.coding == coding);
      CHECK(without.etag == made.etag);
      CHECK(without.etag_hash == made.etag_hash);
      CHECK(without.changed_at == made.changed_at);
      CHECK(without.last_modified == made.last_modified);
      CHECK(without.content_location == made.content_location);
      CHECK(without.head_304 == made.head_304);
      CHECK(without.head.empty());
      CHECK(without.body.size() == 0);
    }
  const Validators small(facts(), plain.etag_hash, 1023, holdings());
  CHECK(small.in(Coding::br).etag == plain.etag);
}

TEST_CASE("What the operator adds to the heads is on the 200 and the 304",
          "[snapshot][heads][H-176][H-177][H-256]") {
  DocumentFacts plain = facts();
  plain.key = "category/개발";
  DocumentFacts extended = plain;
  extended.options.cdn_max_age_seconds = 86400;
  extended.options.is_noindex = true;
  const auto [field, separator] =
      GENERATE(table<std::string, std::string>({{"Surrogate-Key", " "}, {"Cache-Tag", ","}}));
  extended.options.surrogate_key_field = field;
  Document without(body, plain, holdings()), with(body, extended, holdings());
  const std::string added = field + ": sosik" + separator + "feed-" + hash64_hex("category/개발") +
                            separator +
                            "format-rss\r\n"
                            "CDN-Cache-Control: max-age=86400\r\n"
                            "X-Robots-Tag: noindex\r\n";
  for (Coding coding : {Coding::identity, Coding::br}) {
    std::string head = with.in(coding)->head, head_304 = with.in(coding)->head_304;
    REQUIRE_THAT(head, Catch::Contains(added));
    REQUIRE_THAT(head_304, Catch::Contains(added));
    CHECK(head.erase(head.find(added), added.size()) == without.in(coding)->head);
    CHECK(head_304.erase(head_304.find(added), added.size()) == without.in(coding)->head_304);
    CHECK(with.in(coding)->etag == without.in(coding)->etag);
  }
}

TEST_CASE("A body not worth compressing is one representation under both codings", "[snapshot]") {
  Document document("<rss/>", facts(), holdings());
  for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd})
    CHECK(document.in(coding) == document.in(Coding::identity));
}

TEST_CASE("The tag is a function of the bytes alone", "[snapshot][H-091][H-098]") {
  DocumentFacts later = facts();
  later.changed_at += std::chrono::hours(1);
  later.max_age_seconds = 900;
  CHECK(Document(body, facts(), holdings()).in(Coding::identity)->etag ==
        Document(body, later, holdings()).in(Coding::identity)->etag);
  CHECK(Document(body, facts(), holdings()).in(Coding::identity)->etag !=
        Document(body + "x", facts(), holdings()).in(Coding::identity)->etag);
}

TEST_CASE("Pages get the policy of pages, and post pages let players play",
          "[snapshot][heads][H-253][H-254]") {
  DocumentFacts page;
  page.canonical = "https://blog.example/posts/a";
  const std::string strict = Document(body, page, holdings()).in(Coding::identity)->head;
  CHECK(header(strict, "Content-Security-Policy") ==
        "default-src 'none'; img-src https: data: 'self'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'");
  CHECK(header(strict, "Referrer-Policy") == "strict-origin-when-cross-origin");
  CHECK(header(strict, "Link") == "<https://blog.example/posts/a>; rel=\"canonical\"");
  CHECK(Document(body, page, holdings()).in(Coding::identity)->last_modified.empty());  // `never`
  page.has_embeds = true;
  CHECK_THAT(Document(body, page, holdings()).in(Coding::identity)->head,
             Catch::Contains("frame-src https://www.youtube.com") &&
                 Catch::Contains("media-src https: 'self'"));
}

TEST_CASE("Nothing of cookies, of what varies by user agent, or of no-store is in a head",
          "[snapshot][heads][H-171][H-174][H-176][H-177][H-182][H-256]") {
  Document document(body, facts(), holdings());
  for (const auto& head : {document.in(Coding::gzip)->head, document.in(Coding::gzip)->head_304})
    for (auto name : {"Set-Cookie", "User-Agent", "Vary", "no-store", "no-cache", "Expires",
                      "CDN-Cache-Control", "Surrogate-Key", "Cache-Tag", "X-Robots-Tag"})
      CHECK_THAT(head, !Catch::Contains(name));
}

TEST_CASE("No value can split a response", "[snapshot][heads][H-035][K-082]") {
  DocumentFacts bad = facts();
  bad.self = "https://blog.example/\r\nSet-Cookie: a=b\r\n\r\n<script>\x7F가";
  const auto head = Document(body, bad, holdings()).in(Coding::identity)->head;
  CHECK_THAT(head, !Catch::Contains("\r\nSet-Cookie") && !Catch::Contains("가"));
  CHECK(head.find("\r\n\r\n") == head.size() - 4);
}
