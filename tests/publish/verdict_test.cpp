#include "verdict.hpp"

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/publish/schedule.hpp"

using namespace sosik;
using Kind = Verdict::Kind;

namespace {

const Timestamp now = from_unix_ms(1'795'424'709'000);

Delivery webhook(int tries) {
  Delivery d;
  d.id = 5;
  d.kind = TargetKind::webhook;
  d.attempts = tries + 7;  // it has been raised, or replayed, since
  d.tries = tries;
  d.created_at = now;
  return d;
}

Verdict later() { return {Kind::later, "status", "answered 500"}; }

}  // namespace

TEST_CASE("A failed exchange is tried again unless our own rules forbid the URL", "[publish]") {
  for (auto* error_class : {"dns", "refused-address", "connect", "tls", "timeout", "protocol"}) {
    auto verdict = verdict_of(OutboundFailure{error_class, "why"});
    INFO(error_class);
    CHECK(verdict.kind == Kind::later);
    CHECK(verdict.error_class == error_class);
  }
  CHECK(verdict_of(OutboundFailure{"url", "why"}).kind == Kind::over);
}

TEST_CASE("Told, given up and tried again are recorded as such", "[publish]") {
  CHECK(outcome_of(webhook(1), Verdict{}, now).state == DeliveryState::delivered);
  CHECK(outcome_of(webhook(1), Verdict{Kind::over, "status", "gone"}, now).state ==
        DeliveryState::gave_up);
  auto again = outcome_of(webhook(2), later(), now);
  CHECK(again.state == DeliveryState::pending);
  CHECK(again.next_at == *next_attempt(webhook(2), 2, now));
  CHECK(outcome_of(webhook(10), later(), now).state == DeliveryState::gave_up);
}

TEST_CASE("What ends a target is recorded with the delivery's end, and nothing else is [N-156]",
          "[publish]") {
  Verdict gone{Kind::over, "status", "answered 410"};
  gone.ends_target = "gone";
  CHECK(outcome_of(webhook(1), gone, now).ends_target == "gone");
  CHECK(outcome_of(webhook(1), Verdict{Kind::over, "status", "no"}, now).ends_target.empty());
  CHECK(outcome_of(webhook(1), later(), now).ends_target.empty());
}

TEST_CASE("A delivery that always fails is given up after its table, whatever is asked",
          "[publish]") {
  int attempts = 1;
  auto verdict = later();
  verdict.not_before = std::chrono::seconds(1);
  while (outcome_of(webhook(attempts), verdict, now).state == DeliveryState::pending) {
    REQUIRE(++attempts < 100);
  }
  CHECK(attempts == 10);
}

TEST_CASE("The record of an attempt holds what an operator needs, cleaned and cut [N-175][N-207]",
          "[publish]") {
  OutboundResponse response;
  response.status = 500;
  response.body = "\x1b[31m" + std::string(5000, 'x') + "\xff";
  auto verdict = later();
  verdict.detail = "line one\nline two " + std::string(1000, 'y');
  auto attempt = attempt_of(webhook(3), verdict, &response, now, std::chrono::milliseconds(42));
  CHECK(attempt.delivery == 5);
  CHECK(attempt.number == 10);
  CHECK(attempt.at == now);
  CHECK(attempt.latency == std::chrono::milliseconds(42));
  CHECK(attempt.status == 500);
  CHECK(attempt.error_class == "status");
  CHECK(attempt.detail.find('\n') == std::string::npos);
  CHECK(attempt.detail.size() <= 300);
  CHECK(attempt.response_body.size() <= 1024);
  CHECK(attempt.response_body.find('\x1b') == std::string::npos);

  // Korean is cut between characters.
  response.body.clear();
  for (int i = 0; i < 1000; ++i) response.body += "한";
  auto korean = attempt_of(webhook(1), verdict, &response, now, std::chrono::milliseconds(1));
  CHECK(korean.response_body.size() == 1023);
  CHECK(is_valid_utf8(korean.response_body));

  // "한글", as an endpoint says it that knows only EUC-KR. [K-040]
  response.body = "<?xml version=\"1.0\" encoding=\"euc-kr\"?><a>\xC7\xD1\xB1\xDB</a>";
  CHECK(attempt_of(webhook(1), verdict, &response, now, std::chrono::milliseconds(1))
            .response_body.ends_with("<a>한글</a>"));
}

TEST_CASE("A delivery that was not tried is recorded with the reason", "[publish]") {
  auto attempt = attempt_of(webhook(1), "expired", "too late", now);
  CHECK(attempt.status == 0);
  CHECK(attempt.error_class == "expired");
  CHECK(attempt.number == 8);
}

TEST_CASE("Retry-After is read as seconds or date, and capped [N-156]", "[publish]") {
  using std::chrono::seconds;
  auto [text, want] = GENERATE(table<std::string, std::optional<seconds>>({
      {"120", seconds(120)},
      {"0", seconds(0)},
      {"86401", seconds(86400)},
      {"99999999999999999999", seconds(86400)},
      {"-5", std::nullopt},
      {"soon", std::nullopt},
      {"12 monkeys", std::nullopt},
      {"Mon, 23 Nov 2026 09:06:09 GMT", seconds(60)},
      {"Mon, 23 Nov 2026 09:05:09 GMT", std::nullopt},
      {"Sun, 22 Nov 2026 09:05:09 GMT", std::nullopt},
      {"Wed, 23 Dec 2026 09:05:09 GMT", seconds(86400)},
  }));
  INFO(text);
  OutboundResponse answer;
  answer.status = 503;
  answer.headers.emplace_back("retry-after", text);
  CHECK((retry_after(answer, now) == want));
}
