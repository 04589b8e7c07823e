// One line a request that nobody can forge.
#include <nlohmann/json.hpp>

#include "access_log.hpp"
#include "catch.hpp"

using namespace sosik;
using Form = AccessLogOptions::Form;

namespace {

AccessRecord record() {
  AccessRecord record;
  record.at = from_unix_ms(1'795'424'709'123);
  record.client = "203.0.113.7";
  record.method = "GET";
  record.target = "/tag/%ED%95%9C/rss.xml?x=1";
  record.version = "HTTP/1.1";
  record.referer = "https://reader.example/";
  record.user_agent = "newsboat/2.21.0 (Linux x86_64)";
  record.status = 304;
  record.body_bytes = 0;
  record.duration = std::chrono::microseconds(17);
  record.format = "rss";
  record.coding = "gzip";
  record.is_conditional = true;
  return record;
}

std::string line(Form form, const AccessRecord& record) {
  std::string text;
  AccessLine(form).append(record, text);
  return text;
}

}  // namespace

TEST_CASE("The combined form is the one that log readers know", "[server][access_log]") {
  CHECK(line(Form::combined, record()) ==
        "203.0.113.7 - - [23/Nov/2026:09:05:09 +0000] \"GET /tag/%ED%95%9C/rss.xml?x=1 HTTP/1.1\" "
        "304 0 \"https://reader.example/\" \"newsboat/2.21.0 (Linux x86_64)\"\n");
}

TEST_CASE("A request that was not understood has dashes", "[server][access_log]") {
  AccessRecord refused;
  refused.at = record().at;
  refused.client = "-";
  refused.status = 400;
  refused.body_bytes = 41;
  CHECK(line(Form::combined, refused) ==
        "- - - [23/Nov/2026:09:05:09 +0000] \"-\" 400 41 \"-\" \"-\"\n");
}

TEST_CASE("The JSON form is an object a line", "[server][access_log]") {
  const auto json = nlohmann::json::parse(line(Form::json, record()));
  CHECK(json.at("time") == "2026-11-23T09:05:09Z");
  CHECK(json.at("client") == "203.0.113.7");
  CHECK(json.at("method") == "GET");
  CHECK(json.at("target") == "/tag/%ED%95%9C/rss.xml?x=1");
  CHECK(json.at("version") == "HTTP/1.1");
  CHECK(json.at("status") == 304);
  CHECK(json.at("body_bytes") == 0);
  CHECK(json.at("duration_us") == 17);
  CHECK(json.at("format") == "rss");
  CHECK(json.at("coding") == "gzip");
  CHECK(json.at("conditional") == true);
  CHECK(json.at("user_agent") == "newsboat/2.21.0 (Linux x86_64)");
}

TEST_CASE("No byte of a request can forge a line or a field", "[server][access_log][H-035]") {
  std::string bytes;
  for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
  const std::string text =
      GENERATE_COPY(as<std::string>{}, bytes, std::string("x\" 200 0 \"-\" \"-\"\n1.2.3.4 - -"),
                    std::string("\\x22\\"), std::string("\xE2\x80\xAEtxt.exe"),
                    std::string("한글 \xED\xA0\x80 \xC0\xAF"));
  AccessRecord forged = record();
  forged.target = forged.referer = forged.user_agent = text;

  const std::string combined = line(Form::combined, forged);
  CHECK(std::count(combined.begin(), combined.end(), '\n') == 1);
  CHECK(std::count(combined.begin(), combined.end(), '"') == 6);
  for (std::size_t i = 0; i + 1 < combined.size(); ++i) {
    REQUIRE(combined[i] >= 0x20);
    REQUIRE(combined[i] < 0x7F);
  }
  const std::string json = line(Form::json, forged);
  CHECK(std::count(json.begin(), json.end(), '\n') == 1);
  CHECK(json.find("\xE2\x80\xAE") == std::string::npos);  // K-085
  const auto parsed = nlohmann::json::parse(json);        // throws at what is not UTF-8
  CHECK(parsed.size() == 13);
  CHECK(parsed.at("status") == 304);
}

TEST_CASE("Each line tells its own second, though the clock goes back an hour",
          "[server][access_log]") {
  AccessLine lines(Form::combined);
  AccessRecord one = record();
  std::string text;
  for (int hours : {0, 0, 1, -1}) {
    one.at = record().at + std::chrono::hours(hours);
    lines.append(one, text);
  }
  std::string times;
  for (std::size_t at = 0; (at = text.find(":09 +0000", at)) != text.npos; ++at)
    times += text.substr(at - 5, 5) + ' ';
  CHECK(times == "09:05 09:05 10:05 08:05 ");
}
