#include "feed_source.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "sosik/base/url.hpp"
#include "sosik/net/unpack.hpp"

namespace sosik {
namespace {

constexpr int max_redirects = 5;
constexpr int max_tries = 4;
constexpr std::chrono::seconds longest_pause{120};
constexpr std::size_t max_pages = 20'000;

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// "application/rss+xml; charset=EUC-KR"
std::string charset_of(std::string_view content_type) {
  std::string lower(content_type);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto at = lower.find("charset=");
  if (at == lower.npos) return "";
  std::string charset = lower.substr(at + 8, lower.find(';', at) - at - 8);
  std::erase_if(charset, [](char c) { return c == '"' || c == '\'' || c == ' '; });
  return charset;
}

// Only the seconds; who writes a date means a moment that is not worth waiting for here.
std::optional<std::chrono::seconds> pause_of(std::string_view retry_after) {
  int seconds = 0;
  const auto [end, error] =
      std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), seconds);
  if (error != std::errc() || end != retry_after.data() + retry_after.size() || seconds < 0)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::string host_of(const std::string& url) {
  const auto parsed = parse_http_url(url);
  return parsed ? parsed->host : "";
}

// WordPress: the same feed, further back.
std::string page_of(const std::string& url, std::size_t number) {
  const auto without_fragment = url.substr(0, url.find('#'));
  return without_fragment + (without_fragment.find('?') == url.npos ? "?" : "&") +
         "paged=" + std::to_string(number);
}

}  // namespace

FeedSource::FeedSource(FeedImportOptions options, OutboundOptions outbound, Send send, Pause pause)
    : options_(options),
      outbound_(std::move(outbound)),
      send_(std::move(send)),
      pause_(std::move(pause)) {
  outbound_.max_body = max_feed_bytes + 1;
  outbound_.total_timeout = std::chrono::seconds(120);
}

Result<void> FeedSource::read(const std::string& path_or_url, FeedPages& pages) const {
  if (is_url(path_or_url)) return read_web(path_or_url, pages);
  const auto bytes = read_file(path_or_url, max_feed_bytes);
  if (!bytes) return bytes.error();
  auto page = read_feed(*bytes, "", "", options_);
  if (!page) return Error{page.error().code, path_or_url + ": " + page.error().detail};
  pages.add(*std::move(page));
  return {};
}

Result<void> FeedSource::read_web(const std::string& first_url, FeedPages& pages) const {
  std::set<std::string> seen;
  std::string url = first_url, home;
  for (std::size_t number = 1; number <= max_pages; ++number) {
    seen.insert(url);
    const auto fetched = fetch(url);
    auto page = fetched ? read_feed(fetched->body, fetched->charset, fetched->url, options_)
                        : Result<FoundFeed>(fetched.error());
    auto& notices = pages.feed().notices;
    if (!page) {
      const std::string why = url + ": " + page.error().detail;
      if (number == 1) return Error{page.error().code, why};
      // A WordPress blog's pages end so.
      if (!(pages.feed().is_wordpress && page.error().code == Errc::not_found))
        notices.push_back({"", "older entries could not be read: " + why});
      return {};
    }
    if (number == 1) home = fetched->url;
    const std::size_t added = pages.add(*std::move(page));
    if (pages.feed().posts.size() > max_feed_entries)
      return Error{Errc::too_large,
                   first_url + ": more than " + std::to_string(max_feed_entries) + " entries"};
    std::string next = pages.feed().older_url;
    if (next.empty() && pages.feed().is_wordpress && added > 0) next = page_of(home, number + 1);
    if (next.empty()) return {};
    if (seen.contains(next)) {
      notices.push_back({"", "its pages lead in a circle, to " + next + " again"});
      return {};
    }
    if (host_of(next) != host_of(home)) {
      notices.push_back({"", "older entries are on another host, " + next +
                                 ", and were not fetched; import that address too"});
      return {};
    }
    url = std::move(next);
  }
  pages.feed().notices.push_back({"", "it has more than " + std::to_string(max_pages) + " pages"});
  return {};
}

Result<FeedSource::Fetched> FeedSource::fetch(const std::string& first_url) const {
  std::string url = first_url;
  int redirects = 0, tries = 0;
  for (;;) {
    OutboundRequest request;
    request.method = "GET";
    request.url = url;
    request.headers = {{"Accept",
                        "application/rss+xml, application/atom+xml, application/feed+json, "
                        "application/xml;q=0.9, */*;q=0.1"}};
    const auto answer = send_(std::move(request), outbound_);
    if (!answer) return unavailable(answer.error().detail);
    const OutboundResponse& response = *answer;
    if (is_redirect(response.status)) {
      if (++redirects > max_redirects) return unavailable("more than five redirects");
      auto target = resolve_url(url, response.header("location"));
      if (!target) return invalid("a redirect to nowhere: " + target.error().detail);
      url = *std::move(target);
      continue;
    }
    if (response.status == 429 || response.status == 503) {
      const auto pause = pause_of(response.header("retry-after"));
      if (pause && *pause <= longest_pause && ++tries < max_tries) {
        pause_(*pause);
        continue;
      }
    }
    if (response.status == 404 || response.status == 410)
      return not_found("HTTP " + std::to_string(response.status));
    if (response.status != 200) return unavailable("HTTP " + std::to_string(response.status));
    if (response.body.size() > max_feed_bytes)
      return Error{Errc::too_large,
                   "it is larger than " + std::to_string(max_feed_bytes >> 20) + " MiB"};
    const std::string_view coding = response.header("content-encoding");
    auto body = coding.empty() || coding == "identity"
                    ? Result<std::string>(response.body)
                    : unpacked(response.body, coding, max_feed_bytes);
    if (!body) return body.error();
    return Fetched{*std::move(body), charset_of(response.header("content-type")), url};
  }
}

}  // namespace sosik
