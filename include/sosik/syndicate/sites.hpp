// The sites of an installation (docs/sites.md): what may stand in a site's values, which rows of
// the table `sites` can be served, and what each is served by.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sosik/model/site.hpp"
#include "sosik/syndicate/step.hpp"

namespace sosik {

class SyndicationStore;

struct SiteProblem {
  std::string key;   // of the configuration's [site]; a column but for the author's
  std::string text;  // one line
};

// Cleans what an operator wrote, fills in what follows from the rest (home_url, id_authority, the
// author's name), and says what is wrong: the same for [site] and for a row. Problems name values
// as `prefix` and key.
std::vector<SiteProblem> complete_site(Site&, std::string_view prefix);

// A row, and what is made of it.
struct KnownSite {
  SiteRow row;
  Site site;            // without what the plan gives all sites (plan_of)
  std::string problem;  // not empty: why it is not served; `site` means nothing then
  bool is_served() const { return problem.empty(); }
};
KnownSite read_site_row(const SiteRow&);

// All rows as they were read at one moment. Immutable; any thread.
class SiteDirectory {
 public:
  SiteDirectory() = default;
  // Rows that are the same as in `before` are not checked again. `main`: the configuration's site,
  // whose host no row can take.
  SiteDirectory(const std::vector<SiteRow>& rows, const Site& main, const SiteDirectory& before);

  // Also of those that are not served; nullptr: there is no such row. Never the main site.
  const KnownSite* find(SiteId) const;
  const KnownSite* find_host(std::string_view lower_case) const;
  const std::vector<std::shared_ptr<const KnownSite>>& all() const { return all_; }  // by id
  // Those that are there in one and not in the other, or differ.
  std::vector<SiteId> differences(const SiteDirectory& other) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::vector<std::shared_ptr<const KnownSite>> all_;
  std::unordered_map<SiteId, const KnownSite*> by_id_;
  std::unordered_map<std::string, const KnownSite*, Hash, std::equal_to<>> by_host_;
};

// The hubs that other sites' feeds name: the same on all nodes, whatever targets each has.
std::vector<std::string> shared_hubs(const SyndicationPlan& main);
// The plan of another site than the main one's: the same feeds, with the site's own title where the
// main site's stands, and of the targets those that are for all sites.
SyndicationPlan plan_of(const SyndicationPlan& main, const Site& site);

// Of the sites that are served those whose entries are to be made anew, because an older program or
// other settings made them: to be adopted. Reads what is known of each site.
Result<std::vector<SiteId>> sites_with_outdated_entries(SyndicationStore&, const SiteDirectory&,
                                                        const SyndicationPlan& main);

// "https://blog.example" and "/path" or "" of a public_url.
struct PublicAddress {
  std::string origin, path;
};
PublicAddress address_of(const Site&);

}  // namespace sosik
