#include "chat.hpp"

#include <nlohmann/json.hpp>

#include "sosik/base/text.hpp"
#include "sosik/model/event.hpp"

namespace sosik {

namespace {

std::string text_of(const nlohmann::json& data, const char* key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string first_of(const nlohmann::json& data, std::initializer_list<const char*> keys) {
  for (auto* key : keys) {
    auto line = clean_line(text_of(data, key));
    if (!is_blank(line)) return line;
  }
  return {};
}

}  // namespace

Result<ChatNews> chat_news(const Delivery& delivery) {
  const auto data = nlohmann::json::parse(delivery.event_data, nullptr, false);
  if (!data.is_object())
    return invalid("the event " + delivery.topic + " has no data to make a message of");
  const std::string_view type = delivery.event_type;
  ChatNews news;
  news.url = text_of(data, "url");
  if (type == to_string(EventKind::post_published)) {
    news.what = "새 글";
  } else if (type == to_string(EventKind::post_updated)) {
    news.what = "고친 글";
  } else if (type == to_string(EventKind::post_unpublished) ||
             type == to_string(EventKind::post_deleted)) {
    news.what = "내린 글";
  } else if (type == to_string(EventKind::feed_changed)) {
    news.what = "바뀐 피드";
    news.url = text_of(data, "rss");
  } else {
    return invalid("nothing is said in a chat of events of type " + printable(type));
  }
  news.summary = first_of(data, {"summary", "excerpt"});
  news.published = text_of(data, "published");
  news.title = first_of(data, {"title", "summary", "excerpt", "feed", "url"});
  if (news.title.empty()) news.title = "제목 없는 글";
  if (news.title == news.summary) news.summary.clear();
  // Its page is gone with it.
  if (news.what == "내린 글") news.url.clear(), news.summary.clear();
  return news;
}

Verdict chat_verdict(const OutboundRequest& request, const OutboundResponse& response,
                     Timestamp now, std::string_view said) {
  auto verdict = verdict_of_status(request, response, now, false);
  if (verdict.kind == Verdict::Kind::told) return verdict;
  if (const auto reason = clean_line(said); !reason.empty()) verdict.detail += ": " + reason;
  if (is_final_status(response.status)) verdict.kind = Verdict::Kind::over;
  if (response.status == 404 || response.status == 410)
    verdict.ends_target = verdict.detail + "; the chat's hook is gone";
  return verdict;
}

}  // namespace sosik
