#include "feed_source.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "sosik/base/clock.hpp"
#include "sosik/base/url.hpp"
#include "sosik/net/unpack.hpp"

namespace sosik {
namespace {

constexpr int max_redirects = 5;
constexpr int max_tries = 4;
constexpr std::chrono::seconds longest_pause{120};
constexpr std::size_t max_pages = 20'000;
// In a row, that hold nothing new: archives may repeat the feed (RFC 5005) or have lost their
// posts, and a server without end gives the same for ever.
constexpr int max_idle_pages = 20;
constexpr std::size_t max_total_bytes = std::size_t{2} << 30;

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

// Seconds or a date (RFC 9110 section 10.2.3).
std::optional<std::chrono::seconds> pause_of(std::string_view retry_after) {
  int seconds = 0;
  const auto end_of_text = retry_after.data() + retry_after.size();
  const auto [end, error] = std::from_chars(retry_after.data(), end_of_text, seconds);
  if (error == std::errc() && end == end_of_text && seconds >= 0)
    return std::chrono::seconds(seconds);
  const auto now = SystemClock().now();
  const auto date = parse_http_date(retry_after, now);
  if (!date) return std::nullopt;
  return std::max(std::chrono::seconds(0), std::chrono::ceil<std::chrono::seconds>(*date - now));
}

bool is_same_host(const std::string& url, const std::string& other) {
  const auto one = parse_http_url(url), two = parse_http_url(other);
  return one && two && one->host == two->host;
}

// From an address that nobody on the way can change to one that anybody can.
bool is_step_down(std::string_view from, std::string_view to) {
  return from.starts_with("https://") && !to.starts_with("https://");
}

// Blogs that moved to https still write http into their own feeds.
std::string as_secure_as(const std::string& home, std::string url) {
  if (home.starts_with("https://") && url.starts_with("http://") && is_same_host(home, url) &&
      parse_http_url(url)->port == 80)
    url.insert(4, "s");
  return url;
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
  std::unordered_set<std::string> seen, keys;
  std::string url = first_url, home;
  bool is_wordpress = false;
  bool is_guess = false;  // nothing said that `url` is there
  int idle_pages = 0;
  std::size_t total_bytes = 0;
  for (std::size_t number = 1; number <= max_pages; ++number) {
    seen.insert(url);
    const auto fetched = fetch(url);
    auto page = fetched ? read_feed(fetched->body, fetched->charset, fetched->url, options_)
                        : Result<FoundFeed>(fetched.error());
    auto& notices = pages.feed().notices;
    if (!page) {
      const std::string why = url + ": " + page.error().detail;
      if (number == 1) return Error{page.error().code, why};
      if (is_guess && page.error().code == Errc::not_found) return {};  // WordPress's pages end so
      return Error{page.error().code, "older entries could not be read: " + why};
    }
    if (number == 1) {
      home = fetched->url;
      is_wordpress = page->is_wordpress;
      seen.insert(home);
    } else if (!is_same_host(fetched->url, home)) {
      return Error{Errc::invalid, url + ": older entries lead to another host, " + fetched->url +
                                      ", and were not taken"};
    }
    total_bytes += fetched->body.size();
    if (total_bytes > max_total_bytes)
      return Error{Errc::too_large, first_url + ": its pages have more than 2 GiB"};
    const std::string older_url = page->older_url;
    bool is_idle = true;  // whatever other sources held
    for (const auto& found : page->posts)
      if (keys.insert(found.post.source_key).second) is_idle = false;
    idle_pages = is_idle ? idle_pages + 1 : 0;
    pages.add(*std::move(page));
    if (pages.feed().posts.size() > max_feed_entries)
      return Error{Errc::too_large,
                   first_url + ": more than " + std::to_string(max_feed_entries) + " entries"};
    if (idle_pages >= max_idle_pages) {
      notices.push_back({"", "its last " + std::to_string(max_idle_pages) +
                                 " pages held nothing new, so this is where it was left: " + url});
      return {};
    }
    is_guess = older_url.empty() && is_wordpress && !is_idle;
    std::string next = is_guess ? page_of(home, number + 1) : as_secure_as(home, older_url);
    if (next.empty()) return {};
    if (seen.contains(next)) {
      notices.push_back({"", "its pages lead in a circle, to " + next + " again"});
      return {};
    }
    if (!is_same_host(next, home) || is_step_down(home, next)) {
      notices.push_back({"", "older entries are on another host or no longer on https, " + next +
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
      if (is_step_down(url, *target))
        return invalid("a redirect from https to " + *target +
                       ", which anybody could have changed");
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
