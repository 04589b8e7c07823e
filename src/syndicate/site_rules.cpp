// What may stand in a site's values: one place for the configuration and for rows.
#include <algorithm>
#include <unordered_set>

#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/base/url.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {
namespace {

constexpr std::size_t longest_value = 4096, longest_host = 253;

bool is_ip_or_local(std::string_view host) {
  return host == "localhost" || host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_domain_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

// A host that no canonical spelling differs from: labels of letters, digits and '-' that are no
// A-labels, the last one a word. Most are; asking ICU of ten thousand would be felt at the start.
bool is_plain_host(std::string_view host) {
  if (host.size() > longest_host || !std::ranges::all_of(host, is_domain_character)) return false;
  std::string_view label;
  int labels = 0;
  for (std::string_view rest = host;; ++labels) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.starts_with('-') || label.ends_with('-') ||
        label.substr(0, 4).ends_with("--"))
      return false;
    if (dot == rest.npos) break;
    rest.remove_prefix(dot + 1);
  }
  return labels > 0 && label.size() > 1 &&
         std::ranges::all_of(label, [](char c) { return c >= 'a' && c <= 'z'; });
}

// The host of "https://HOST" or "http://HOST", with a plain host and nothing behind it.
std::string_view plain_host_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (url.starts_with(scheme) && is_plain_host(url.substr(scheme.size())))
      return url.substr(scheme.size());
  return {};
}

// What was found to be sound before, so that ten thousand sites of one zone ask once.
class Sound {
 public:
  template <class Check>
  std::string why_not(const std::string& value, Check check) {
    if (known_.contains(value)) return {};
    std::string why = check(value);
    constexpr std::size_t most = 1000;
    if (known_.size() >= most) known_.clear();
    if (why.empty()) known_.insert(value);
    return why;
  }

 private:
  std::unordered_set<std::string> known_;
};

std::string why_no_zone(const std::string& name) {
  thread_local Sound sound;
  return sound.why_not(name, [](const std::string& text) {
    const auto zone = TimeZone::named(text);
    return zone ? std::string() : zone.error().detail;
  });
}

std::string why_no_language(const std::string& tag) {
  thread_local Sound sound;
  return sound.why_not(tag, [](const std::string& text) { return language_problem(text); });
}

class Rules {
 public:
  Rules(Site& site, std::string_view prefix) : site_(site), prefix_(prefix) {}

  std::vector<SiteProblem> check() {
    check_words();
    check_public_url();
    url("home_url", site_.home_url);
    if (site_.home_url.empty()) site_.home_url = site_.public_url + '/';
    check_id_authority();
    site_.author.name = clean_line(site_.author.name);
    site_.author.email = clean_line(site_.author.email);
    url("author_url", site_.author.url);
    site_.author.key = compare_key(site_.author.name);
    if (site_.author.name.empty()) site_.author.name = site_.title;
    site_.copyright = clean_line(site_.copyright);
    url("icon_url", site_.icon_url);
    return std::move(problems_);
  }

 private:
  void problem(std::string_view key, std::string text) {
    problems_.push_back({std::string(key), std::move(text)});
  }
  std::string called(std::string_view key) const { return prefix_ + std::string(key); }

  void check_words() {
    site_.title = clean_line(site_.title);
    if (is_blank(site_.title)) problem("title", called("title") + " is missing: the blog's name");
    site_.description = clean_line(site_.description);
    if (auto why = why_no_language(site_.language); !why.empty()) problem("language", why);
    if (auto why = why_no_zone(site_.time_zone); !why.empty())
      problem("time_zone", called("time_zone") + ": " + why);
  }

  // In ASCII; empty, with a problem, when it is none.
  void url(std::string_view key, std::string& text) {
    if (text.empty()) return;
    auto ascii = ascii_url(text);
    if (ascii && parse_http_url(*ascii)) {
      text = *std::move(ascii);
      return;
    }
    problem(key, std::string(key) + " is \"" + printable(text) +
                     "\"; it must be an absolute http or https URL");
    text.clear();
  }

  void check_public_url() {
    if (site_.public_url.empty())
      problem("public_url", called("public_url") +
                                " is missing: where readers reach this service, such as "
                                "\"https://feeds.example.kr\"");
    if (const auto plain = plain_host_of(site_.public_url); !plain.empty()) {
      host_ = plain;
      return;
    }
    url("public_url", site_.public_url);
    while (site_.public_url.ends_with('/')) site_.public_url.pop_back();
    const auto parsed = parse_http_url(site_.public_url);
    if (!parsed) return;
    host_ = parsed->host;
    if (parsed->has_userinfo || parsed->target.find_first_of("?#") != std::string::npos)
      problem("public_url", called("public_url") + " must have no user, query or fragment");
  }

  void check_id_authority() {
    auto& authority = site_.id_authority;
    if (authority.empty()) {
      if (!host_.empty() && is_ip_or_local(host_))
        problem("id_authority", called("id_authority") +
                                    " is missing: a domain of yours for the posts' permanent ids "
                                    "(public_url has none)");
      authority = host_;
    } else if (!std::ranges::all_of(authority, is_domain_character) ||
               authority.find('.') == std::string::npos) {
      problem("id_authority", called("id_authority") + " is \"" + printable(authority) +
                                  "\"; it must be a domain in small ASCII letters");
    }
  }

  Site& site_;
  const std::string prefix_;
  std::string host_;
  std::vector<SiteProblem> problems_;
};

std::string host_problem(const std::string& host) {
  if (is_plain_host(host)) return {};
  const auto parsed = parse_http_url("http://" + host + "/");
  if (host.empty() || host.size() > longest_host ||
      !std::ranges::all_of(host, is_domain_character) || !parsed || parsed->host != host)
    return "host is \"" + printable(host) +
           "\"; it must be a host name in small ASCII letters, without port and last dot, such as "
           "\"blog.example.kr\"";
  return {};
}

bool is_too_long(const SiteRow& row) {
  return std::ranges::any_of(
      std::initializer_list<const std::string*>{
          &row.title, &row.description, &row.language, &row.time_zone, &row.public_url,
          &row.home_url, &row.id_authority, &row.author_name, &row.author_url, &row.author_email,
          &row.copyright, &row.icon_url},
      [](const std::string* text) { return text->size() > longest_value; });
}

}  // namespace

std::vector<SiteProblem> complete_site(Site& site, std::string_view prefix) {
  return Rules(site, prefix).check();
}

KnownSite read_site_row(const SiteRow& row) {
  KnownSite known;
  known.row = row;
  if (row.id <= main_site) {
    known.problem = "site_id must be above 1";
    return known;
  }
  known.problem = host_problem(row.host);
  if (!known.problem.empty()) return known;
  if (is_too_long(row)) {
    known.problem = "a value has more than 4096 bytes";
    return known;
  }
  Site& site = known.site;
  site.id = row.id;
  site.title = row.title;
  site.description = row.description;
  site.language = row.language;
  site.time_zone = row.time_zone;
  site.public_url = row.public_url.empty() ? "https://" + row.host : row.public_url;
  site.home_url = row.home_url;
  site.id_authority = row.id_authority;
  site.author.name = row.author_name;
  site.author.url = row.author_url;
  site.author.email = row.author_email;
  site.copyright = row.copyright;
  site.icon_url = row.icon_url;
  for (const auto& problem : complete_site(site, ""))
    known.problem += (known.problem.empty() ? "" : "; ") + problem.text;
  if (row.public_url.empty()) return known;
  const auto url = parse_http_url(site.public_url);
  if (known.problem.empty() && url && url->host != row.host)
    known.problem = "public_url is at another host than the site's, \"" + row.host + "\"";
  return known;
}

}  // namespace sosik
