// Purges of a CDN or a cache in front of us (H-177, H-178). There are as many calls as there are
// CDNs, so the operator writes the call down (Target::{url, method, headers, body}) and we fill in
// what has changed.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "messenger.hpp"
#include "purge_keys.hpp"
#include "sosik/base/url.hpp"

namespace sosik {

namespace {

constexpr std::size_t most_urls = 30;  // what Cloudflare takes in one call
constexpr std::string_view url_mark = "{url}", urls_mark = "{urls}", keys_mark = "{keys}",
                           token_mark = "{token}";

bool holds(std::string_view text, std::string_view mark) {
  return text.find(mark) != std::string_view::npos;
}

std::string replaced(std::string text, std::string_view mark, std::string_view with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size()))
    text.replace(at, mark.size(), with);
  return text;
}

bool is_one_by_one(const Target& target) {
  return holds(target.url, url_mark) || holds(target.body, url_mark);
}

// A whole URL, or a value within one.
std::string url_for(const Target& target, const std::string& topic) {
  return target.url == url_mark ? topic : replaced(target.url, url_mark, encode_form(topic));
}

std::string json_list(const std::vector<std::string>& words) {
  return nlohmann::json(words).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

bool is_content_type(const std::pair<std::string, std::string>& field) {
  constexpr std::string_view name = "content-type";
  return std::ranges::equal(field.first, name, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  });
}

class PurgeMessenger final : public Messenger {
 public:
  std::optional<std::string> bundle(const Delivery&, const Target& target) const override {
    if (is_one_by_one(target)) return std::nullopt;
    return "";
  }
  std::size_t most_together(const Target& target) const override {
    return is_one_by_one(target) ? 1 : most_urls;
  }

  Result<OutboundRequest> request(std::span<const Delivery> together, const Target& target,
                                  const Site& site, Timestamp) override {
    std::vector<std::string> urls, keys;
    for (const auto& delivery : together) {
      urls.push_back(delivery.topic);
      for (auto& key : purge_keys(site, delivery.topic))
        if (std::ranges::count(keys, key) == 0) keys.push_back(std::move(key));
    }
    if (holds(target.body, keys_mark) && keys.empty())
      return invalid("nothing that a surrogate key names is at " + urls.front());
    OutboundRequest request;
    request.method = target.method.empty() ? "POST" : target.method;
    request.url = url_for(target, urls.front());
    const auto one = nlohmann::json(urls.front()).dump();
    request.body = replaced(target.body, url_mark, std::string_view(one).substr(1, one.size() - 2));
    request.body = replaced(request.body, urls_mark, json_list(urls));
    request.body = replaced(request.body, keys_mark, json_list(keys));
    for (const auto& [name, value] : target.headers) {
      const auto token = target.secrets.empty() ? std::string() : target.secrets.front();
      request.headers.emplace_back(name, replaced(value, token_mark, token));
    }
    if (!request.body.empty() && std::ranges::none_of(request.headers, is_content_type))
      request.headers.emplace_back("Content-Type", "application/json");
    return request;
  }

  Verdict verdict(const Target& target, const OutboundRequest& request,
                  const OutboundResponse& response, Timestamp now) override {
    auto verdict = verdict_of_status(request, response, now, false);
    // Varnish and nginx say so of what they have no copy of.
    if (response.status == 404 && request.method == "PURGE" && is_one_by_one(target)) return {};
    if (verdict.kind != Verdict::Kind::told) return verdict;
    // Cloudflare's answers carry it, whatever their status.
    const auto reply = nlohmann::json::parse(response.body, nullptr, false);
    if (reply.is_object() && reply.contains("success") && reply["success"] == false)
      return {Verdict::Kind::later, "rejected",
              "answered " + std::to_string(response.status) + " with \"success\": false"};
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Messenger> make_purge_messenger() { return std::make_unique<PurgeMessenger>(); }

}  // namespace sosik
