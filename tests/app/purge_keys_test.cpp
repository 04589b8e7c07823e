// What a purge names is what a feed is served with: two layers that know nothing of each other.
#include "../../src/publish/purge_keys.hpp"

#include "catch.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/model/surrogate_key.hpp"
#include "sosik/syndicate/feed_urls.hpp"

using namespace sosik;

TEST_CASE("Every address of a feed leads back to the feed's surrogate key [H-177]",
          "[app][publish]") {
  Site site;
  site.public_url = GENERATE("https://blog.example", "https://blog.example/b");
  auto key = GENERATE(as<std::string>{}, "main", "dev", "카페", "category/개발/C++", "tag/CI/CD",
                      "tag/100%", "author/김 소식", archive_key("main", 7),
                      archive_key("category/개발", 12));
  INFO(site.public_url << ' ' << key);
  const auto urls = feed_urls(site, key);
  for (const auto& url : {urls.rss, urls.atom, urls.json})
    CHECK(purge_keys(site, url) == std::vector<std::string>{surrogate_key(main_site, key)});
  if (!urls.html.empty())
    CHECK(purge_keys(site, urls.html).front() == surrogate_key(main_site, key));
  CHECK(purge_keys(site, feed_urls(site, "").html) ==
        std::vector<std::string>{surrogate_key(main_site, "")});
  CHECK(purge_keys(site, opml_url(site)) ==
        std::vector<std::string>{surrogate_key(main_site, opml_key)});
  CHECK(purge_keys(site, post_page_url(site, "첫 글/하나")) ==
        std::vector<std::string>{surrogate_key(main_site, "posts/첫 글/하나")});
}
