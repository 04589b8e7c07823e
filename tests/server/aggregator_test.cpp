#include "aggregator.hpp"

#include "catch.hpp"
#include "sosik/server/server.hpp"

using namespace sosik;

TEST_CASE("Hosted aggregators are known by a word of their User-Agent", "[server][H-238]") {
  const auto [user_agent, want] = GENERATE(table<std::string, bool>({
      {"Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", true},
      {"Mozilla/5.0 (compatible; inoreader.com-like FeedFetcher-Google)", true},
      {"Mozilla/5.0 (compatible; FEEDBIN feed-id:1337 - 12 subscribers)", true},
      {"FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", true},
      {"NewsBlur Feed Fetcher - 7 subscribers - http://www.newsblur.com", true},
      {"Slackbot 1.0 (+https://api.slack.com/robots)", true},
      {"Mozilla/5.0 (compatible; Yeti/1.1; +https://naver.me/spd)", true},
      {"curl/7.88.1", false},
      {"newsboat/2.21.0 (Linux x86_64)", false},
      {"notFeedly/1.0", false},  // not at the beginning of a word
      {"Mozilla/5.0 (X11; Linux x86_64)", false},
      {"", false},
      {"Feed", false},
  }));
  INFO(user_agent);
  CHECK(is_aggregator(user_agent, PollLimits().aggregators) == want);
}

TEST_CASE("An empty name names nobody, and only the beginning of a long User-Agent is read",
          "[server][H-238]") {
  CHECK_FALSE(is_aggregator("curl/7.88.1", {""}));
  CHECK_FALSE(is_aggregator("Feedly", {}));
  CHECK(is_aggregator("a Feedly", {"Feedly"}));
  CHECK_FALSE(is_aggregator(std::string(600, ' ') + "Feedly", {"Feedly"}));
}
