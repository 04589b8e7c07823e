// What the tests of messengers share: a site, a delivery, a target, an answer.
#pragma once
#include <string>
#include <string_view>

#include "messenger.hpp"

namespace sosik {

inline const Timestamp now = from_unix_ms(1'795'424'709'000);  // 2026-11-23 09:05:09 UTC

inline Site site() {
  Site s;
  s.title = "소식 & <글>";
  s.public_url = "https://blog.example";
  s.home_url = "https://blog.example/";
  return s;
}

inline Delivery delivery(TargetKind kind, std::string topic) {
  Delivery d;
  d.id = 1;
  d.kind = kind;
  d.topic = std::move(topic);
  d.attempts = d.tries = 1;
  d.created_at = now;
  return d;
}

inline Target target(TargetKind kind, std::string url) {
  Target t;
  t.kind = kind;
  t.name = "x";
  t.url = std::move(url);
  return t;
}

inline OutboundResponse response(int status, std::string body = {}, std::string retry_after = {}) {
  OutboundResponse r;
  r.status = status;
  r.body = std::move(body);
  if (!retry_after.empty()) r.headers.emplace_back("retry-after", retry_after);
  return r;
}

inline std::string header(const OutboundRequest& request, std::string_view name) {
  for (auto& [n, value] : request.headers) {
    if (n == name) return value;
  }
  return {};
}

// Of a single delivery.
inline Result<OutboundRequest> request_of(Messenger& messenger, const Delivery& d, const Target& to,
                                          const Site& s = site(), Timestamp at = now) {
  return messenger.request({&d, 1}, to, s, at);
}

inline Verdict judge(Messenger& messenger, const Target& to, const OutboundResponse& answer) {
  auto request = request_of(messenger, delivery(to.kind, "https://blog.example/"), to);
  return messenger.verdict(to, request.value(), answer, now);
}

}  // namespace sosik
