// /api/v1/feeds, and the description of the API itself.
#include "fields.hpp"
#include "handlers.hpp"
#include "openapi_document.hpp"
#include "sosik/syndicate/feed_urls.hpp"

namespace sosik::admin {

Result<ApiAnswer> list_feeds(const ApiCall& call) {
  FieldErrors errors;
  Parameters(call.request, errors).finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  const auto states = call.store.list_feeds(call.site.id);
  if (!states) return states.error();
  Json body = {{"feeds", Json::array()}};
  for (const auto& state : *states) {
    const bool is_opml = state.key == opml_key;
    const auto urls = is_opml ? FeedUrls() : feed_urls(call.site, state.key);
    Json shown_urls = Json::object();
    const auto add = [&](const char* name, const std::string& url) {
      if (!url.empty()) shown_urls[name] = url;
    };
    add("rss", urls.rss);
    add("atom", urls.atom);
    add("json", urls.json);
    add("html", urls.html);
    if (is_opml) shown_urls["opml"] = opml_url(call.site);
    body["feeds"].push_back({{"key", state.key},
                             {"label", state.label.empty() ? Json() : Json(state.label)},
                             {"revision", state.revision},
                             {"changed_at", shown_time(state.changed_at)},
                             {"total", state.total},
                             {"urls", std::move(shown_urls)}});
  }
  return answer(200, body);
}

Result<ApiAnswer> get_openapi(const ApiCall& call) {
  ApiAnswer document;
  document.content_type = call.request.answer_type;
  document.body = openapi_document();
  return document;
}

}  // namespace sosik::admin
