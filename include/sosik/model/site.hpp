// A Site is one blog as its operator describes it, in the configuration (site 1) or in a row of the
// store's table `sites` (docs/sites.md): what every feed of it says about itself. A plain value;
// nothing here depends on a request (promise 2: no Host header in any byte).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace sosik {

using SiteId = std::int64_t;
constexpr SiteId main_site = 1;  // the configuration's

struct Author {
  std::string key;   // compared form; empty when only a name is known
  std::string name;  // never empty where an Author is shown
  std::string url;   // absolute ASCII or empty
  std::string email;
  bool operator==(const Author&) const = default;
};

struct Site {
  SiteId id = 1;
  std::string title;
  std::string description;
  std::string language = "ko";           // RFC 5646
  std::string time_zone = "Asia/Seoul";  // IANA
  std::string public_url;  // where this service is reached: origin plus optional path, ASCII, no
                           // trailing slash
  std::string home_url;    // where people read the blog; public_url + "/" unless it lives elsewhere
  std::string id_authority;  // domain in minted ids (RFC 4151), lower case; never changes once used
  Author author;             // for posts that name none
  std::string copyright;
  std::string icon_url;           // square, absolute ASCII, or empty
  std::vector<std::string> hubs;  // WebSub hubs, absolute ASCII
  int max_age_seconds = 300;      // Cache-Control max-age and RSS ttl (H-172, F-049)
};

// A row of `sites`, untrusted: syndicate/sites.hpp makes a Site of it, or says why not.
struct SiteRow {
  SiteId id = 0;
  std::string host;  // where it answers; unique
  std::string title, description;
  std::string language = "ko", time_zone = "Asia/Seoul";
  std::string public_url, home_url, id_authority;
  std::string author_name, author_url, author_email, copyright, icon_url;
  bool operator==(const SiteRow&) const = default;
};

}  // namespace sosik
