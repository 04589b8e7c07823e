// What chats share: an event in words for people, and what a chat's answer means. Pure.
#pragma once
#include <string>
#include <string_view>

#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "verdict.hpp"

namespace sosik {

struct ChatNews {
  std::string what;       // "새 글", "고친 글", "내린 글", "바뀐 피드"
  std::string title;      // never empty; one clean line
  std::string url;        // absolute ASCII; empty where there is nothing to read any more
  std::string summary;    // one clean line, or empty
  std::string published;  // RFC 3339, or empty
};

// From Delivery::event_type and event_data. Fails (invalid) on what is no event of ours.
Result<ChatNews> chat_news(const Delivery&);

// 2xx told; what the same message would meet again is over, and the hook with it when it is gone
// (404, 410). `said` is what the chat gave as its reason. The hook's URL is in no word of it
// (N-174).
Verdict chat_verdict(const OutboundRequest&, const OutboundResponse&, Timestamp now,
                     std::string_view said);

}  // namespace sosik
