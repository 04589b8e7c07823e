#include "sosik/syndicate/sites.hpp"

#include <algorithm>

#include "entry_basis.hpp"
#include "sosik/base/url.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

SiteDirectory::SiteDirectory(const std::vector<SiteRow>& rows, const Site& main,
                             const SiteDirectory& before) {
  const auto main_url = parse_http_url(main.public_url);
  const std::string main_host = main_url ? main_url->host : std::string();
  const auto known_before = [&](const SiteRow& row) -> std::shared_ptr<const KnownSite> {
    const auto at = std::ranges::lower_bound(before.all_, row.id, {},
                                             [](const auto& known) { return known->row.id; });
    if (at == before.all_.end() || (*at)->row != row) return nullptr;
    return *at;
  };
  all_.reserve(rows.size());
  for (const auto& row : rows) {
    const bool is_main_host = !main_host.empty() && row.host == main_host;
    auto known = known_before(row);
    const bool was_refused_for_host = known && known->problem.starts_with("host is that of");
    if (is_main_host || !known || was_refused_for_host) {
      auto read = read_site_row(row);
      if (is_main_host && read.is_served())
        read.problem = "host is that of the configuration's site.public_url";
      known = std::make_shared<const KnownSite>(std::move(read));
    }
    by_id_.emplace(row.id, known.get());
    by_host_.emplace(row.host, known.get());
    all_.push_back(std::move(known));
  }
  std::ranges::sort(all_, {}, [](const auto& known) { return known->row.id; });
  if (!main_host.empty()) by_host_.erase(main_host);
}

const KnownSite* SiteDirectory::find(SiteId site) const {
  const auto found = by_id_.find(site);
  return found == by_id_.end() ? nullptr : found->second;
}

const KnownSite* SiteDirectory::find_host(std::string_view lower_case) const {
  const auto found = by_host_.find(lower_case);
  return found == by_host_.end() ? nullptr : found->second;
}

std::vector<SiteId> SiteDirectory::differences(const SiteDirectory& other) const {
  std::vector<SiteId> ids;
  auto one = all_.begin(), two = other.all_.begin();
  while (one != all_.end() || two != other.all_.end()) {
    const bool is_in_one =
        one != all_.end() && (two == other.all_.end() || (*one)->row.id <= (*two)->row.id);
    const bool is_in_two =
        two != other.all_.end() && (one == all_.end() || (*two)->row.id <= (*one)->row.id);
    const auto& some = is_in_one ? *one : *two;
    if (!is_in_one || !is_in_two ||
        (*one != *two && ((*one)->row != (*two)->row || (*one)->problem != (*two)->problem)))
      ids.push_back(some->row.id);
    if (is_in_one) ++one;
    if (is_in_two) ++two;
  }
  return ids;
}

std::vector<std::string> shared_hubs(const SyndicationPlan& main) {
  if (main.shared_hubs) return *main.shared_hubs;
  std::vector<std::string> hubs;
  for (const auto& target : main.targets)
    if (target.is_for_all_sites && target.kind == TargetKind::websub) hubs.push_back(target.url);
  return hubs;
}

SyndicationPlan plan_of(const SyndicationPlan& main, const Site& site) {
  SyndicationPlan plan;
  plan.site = site;
  plan.site.hubs = shared_hubs(main);
  plan.site.max_age_seconds = main.site.max_age_seconds;
  plan.derived = main.derived;
  plan.text = main.text;
  plan.has_embeds = main.has_embeds;
  plan.hold = main.hold;
  plan.coalesce = main.coalesce;
  plan.definitions = main.definitions;
  for (auto& definition : plan.definitions) {
    if (definition.title == main.site.title) definition.title = site.title;
    // It was the main site's feed that moved there.
    if (definition.moved_to.find("://") != std::string::npos) definition.moved_to.clear();
  }
  for (const auto& target : main.targets) {
    if (!target.is_for_all_sites) continue;
    plan.targets.push_back(target);
    auto& own = plan.targets.back();
    if (own.kind != TargetKind::indexnow || own.secrets.empty()) continue;
    const bool is_at_root = address_of(site).path.empty();
    own.key_location =
        is_at_root ? std::string() : site.public_url + '/' + own.secrets.front() + ".txt";
  }
  return plan;
}

Result<std::vector<SiteId>> sites_with_outdated_entries(SyndicationStore& store,
                                                        const SiteDirectory& sites,
                                                        const SyndicationPlan& main) {
  const auto bases = store.entry_bases();
  if (!bases) return bases.error();
  std::vector<SiteId> outdated;
  for (const auto& [site, basis] : *bases) {
    const auto* known = sites.find(site);
    if (known && known->is_served() && is_outdated_basis(basis, entry_basis(main, known->site)))
      outdated.push_back(site);
  }
  return outdated;
}

PublicAddress address_of(const Site& site) {
  const auto scheme_end = site.public_url.find("://");
  if (scheme_end == std::string::npos) return {};
  const auto path = site.public_url.find('/', scheme_end + 3);
  if (path == std::string::npos) return {site.public_url, ""};
  return {site.public_url.substr(0, path), site.public_url.substr(path)};
}

}  // namespace sosik
