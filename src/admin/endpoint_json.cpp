#include "endpoint_json.hpp"

#include <algorithm>

#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik::admin {
namespace {

constexpr std::string_view event_names[] = {"post.published", "post.updated", "post.unpublished",
                                            "post.deleted", "feed.changed"};
constexpr std::size_t max_description = 500;

// Never shows the URL, which may hold a secret (N-174).
std::string why_no_endpoint(std::string_view url, const ApiContext& context) {
  const auto good = check_outbound_url(url, context.allowed_ports);
  if (!good) return good.error().detail;
  if (!good->is_https && !context.allows_http)
    return "must be https; admin.allow_http permits http";
  return {};
}

// As the store spells them. A blank one would become "", the main feed's key.
std::vector<std::string> clean_names(Members& members, std::string_view member) {
  auto names = members.lines(member).value_or(std::vector<std::string>());
  for (auto& name : names) {
    name = nfc(clean_line(name));
    if (name.empty()) members.wrong(member, "holds a blank name");
  }
  return names;
}

using Headers = std::vector<std::pair<std::string, std::string>>;

const std::string* kept_value(const Endpoint* stored, std::string_view name) {
  if (!stored) return nullptr;
  const auto found = std::find_if(stored->headers.begin(), stored->headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == stored->headers.end() ? nullptr : &found->second;
}

Headers headers_from(Members& members, const ApiContext& context, const Endpoint* stored,
                     FieldErrors& errors) {
  Headers headers;
  const Json* object = members.object("headers");
  if (!object) return headers;
  if (object->size() > max_endpoint_headers)
    members.wrong("headers", "has more than " + std::to_string(max_endpoint_headers));
  Members values(*object, members.pointer_to("headers"), errors);
  for (const auto& [name, value] : object->items()) {
    const auto* text = value.get_ptr<const std::string*>();
    if (value.is_null()) text = kept_value(stored, name);
    if (!text) {
      values.wrong(name, value.is_null() ? "has no value that could be kept" : "must be a text");
    } else if (const auto good = context.check_header(name, *text); !good) {
      values.wrong(name, good.error().detail);
    } else {
      headers.emplace_back(name, *text);
    }
  }
  return headers;
}

}  // namespace

Json endpoint_to_json(const Endpoint& endpoint, const TargetState* state, Sight sight,
                      Timestamp now) {
  Json headers = Json::object();
  for (const auto& [name, value] : endpoint.headers) headers[name] = nullptr;
  const bool is_disabled = state && state->disabled_at;
  const bool is_failing = state && state->failing_since;
  const bool has_previous = endpoint.previous_until && *endpoint.previous_until > now;
  return {{"id", endpoint.id},
          {"description", endpoint.description},
          {"url", endpoint.url},
          {"events", endpoint.filter.events},
          {"feeds", endpoint.filter.feeds},
          {"categories", endpoint.filter.categories},
          {"full", endpoint.is_full},
          {"headers", std::move(headers)},
          {"created_at", shown_time(endpoint.created_at)},
          {"secret_generation", endpoint.generation},
          {"previous_secret_until", has_previous ? shown_time(endpoint.previous_until) : Json()},
          {"state", is_disabled  ? "disabled"
                    : is_failing ? "failing"
                                 : "ok"},
          {"failing_since", is_failing ? moment_to_json(state->failing_since, sight) : Json()},
          {"disabled_at", is_disabled ? moment_to_json(state->disabled_at, sight) : Json()},
          {"disabled_why", disabled_why_to_json(state, sight)}};
}

Endpoint endpoint_from_json(const Json& value, const ApiContext& context, const Endpoint* stored,
                            FieldErrors& errors) {
  Members members(value, "", errors);
  Endpoint endpoint;
  endpoint.description = members.line("description").value_or("");
  if (endpoint.description.size() > max_description)
    members.wrong("description", "has more than " + std::to_string(max_description) + " bytes");
  if (auto url = members.line("url")) {
    const auto ascii = ascii_url(*url);
    endpoint.url = ascii ? *ascii : *url;
    if (auto why = why_no_endpoint(endpoint.url, context); !why.empty())
      members.wrong("url", std::move(why));
  } else if (errors.empty()) {
    members.wrong("url", "is missing");
  }
  if (auto events = members.lines("events")) {
    for (std::size_t i = 0; i < events->size(); ++i)
      if (std::ranges::find(event_names, (*events)[i]) == std::end(event_names))
        errors.push_back({"#/events/" + std::to_string(i), "there is no such event", false});
    endpoint.filter.events = *std::move(events);
  }
  endpoint.filter.feeds = clean_names(members, "feeds");
  endpoint.filter.categories = clean_names(members, "categories");
  endpoint.is_full = members.flag("full").value_or(false);
  endpoint.headers = headers_from(members, context, stored, errors);
  members.finish();
  return endpoint;
}

}  // namespace sosik::admin
