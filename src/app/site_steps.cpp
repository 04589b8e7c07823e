#include "site_steps.hpp"

#include <algorithm>

#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// Steps of other sites that are kept; of more all go, and are made and adopt their plan again.
constexpr std::size_t max_steps = 4096;
constexpr std::size_t page = 100;  // of sites that have work
// How long steps go on before others get a word in.
constexpr auto turn_length = 250ms;
constexpr auto left_alone = 30s;  // a site whose step fails, where the store works

bool is_of_store(const Error& error) { return error.code == Errc::unavailable; }

}  // namespace

SiteSteps::SiteSteps(Store& store, const Clock& clock, Log& log, SyndicationPlan main,
                     Report report, OnSites on_sites)
    : store_(store),
      clock_(clock),
      log_(log),
      report_(std::move(report)),
      on_sites_(std::move(on_sites)),
      main_(store, clock, std::move(main)) {}

void SiteSteps::main_has_changed() {
  others_.clear();
  must_look_ = must_compare_ = true;
  next_due_ = clock_.now();
}

void SiteSteps::note_due(Timestamp moment) {
  next_due_ = next_due_ ? std::min(*next_due_, moment) : moment;
}

Step* SiteSteps::of(SiteId site) {
  if (site == main_site) return &main_;
  const auto* known = sites_->find(site);
  if (!known || !known->is_served()) return nullptr;
  if (const auto there = others_.find(site); there != others_.end()) return there->second.get();
  if (others_.size() >= max_steps) others_.clear();
  auto made = std::make_unique<Step>(store_, clock_, plan_of(main_.plan(), known->site));
  return others_.emplace(site, std::move(made)).first->second.get();
}

Result<void> SiteSteps::run_one(SiteId site) {
  Step* step = of(site);
  if (!step) return {};
  const auto done = step->run();
  if (!done) return done.error();
  report_(*done, site);
  const auto wake = step->next_wake();
  if (!wake) return wake.error();
  if (*wake) note_due(**wake);
  return {};
}

bool SiteSteps::is_left_alone(SiteId site) {
  const auto found = failing_.find(site);
  if (found == failing_.end()) return false;
  const auto left = found->second.until - SteadyClock::now();
  if (left <= 0s) return false;
  note_due(clock_.now() + std::chrono::ceil<std::chrono::milliseconds>(left));
  return true;
}

// One site's trouble is not the others'; what the store itself refuses is everybody's.
Result<void> SiteSteps::note_outcome(SiteId site, const Result<void>& done) {
  if (done) {
    failing_.erase(site);
    return {};
  }
  if (site == main_site || is_of_store(done.error())) return done;
  auto& failure = failing_[site];
  if (failure.reason != done.error().detail)
    log_.error("a site's step failed; its last good feeds stay",
               {{"site", std::to_string(site)}, {"reason", done.error().detail}});
  failure = {done.error().detail, SteadyClock::now() + left_alone};
  note_due(clock_.now() + left_alone);
  return {};
}

// Followers leave it to the active node, and the one before may have been another program.
Result<void> SiteSteps::find_outdated() {
  if (!must_compare_) return {};
  const auto outdated = sites_with_outdated_entries(store_.syndication(), *sites_, main_.plan());
  if (!outdated) return outdated.error();
  to_adopt_.insert(outdated->begin(), outdated->end());
  must_compare_ = false;
  return {};
}

Result<void> SiteSteps::run() {
  if (auto found = find_outdated(); !found) return found;
  next_due_.reset();
  const auto began = SteadyClock::now();
  const auto is_over = [&] { return SteadyClock::now() - began >= turn_length; };
  const auto is_half_over = [&] { return SteadyClock::now() - began >= turn_length / 2; };
  for (auto at = to_adopt_.begin(); at != to_adopt_.end();) {
    if (is_half_over()) {  // the other half is for posts
      note_due(clock_.now());
      break;
    }
    const SiteId site = *at;
    if (!is_left_alone(site))
      if (auto done = note_outcome(site, run_one(site)); !done) return done;
    at = failing_.contains(site) ? std::next(at) : to_adopt_.erase(at);
  }
  Result<void> outcome;
  const auto due_by = clock_.now() - main_.plan().hold;
  bool has_stepped = false;  // whatever adopting took, posts get a turn
  for (bool is_whole_round = last_stepped_ == 0;;) {
    const auto some = store_.syndication().sites_with_work(due_by, last_stepped_, page);
    if (!some) return some.error();
    for (const SiteId site : *some) {
      if (has_stepped && is_over()) {
        note_due(clock_.now());
        return outcome;
      }
      last_stepped_ = site;
      if (is_left_alone(site)) continue;
      has_stepped = true;
      if (auto done = note_outcome(site, run_one(site)); !done) {
        if (is_of_store(done.error())) return done;
        outcome = done;  // the main site's; it keeps no other from going on
      }
    }
    if (some->size() == page) continue;
    last_stepped_ = 0;
    if (is_whole_round) break;
    is_whole_round = true;
  }
  const auto scheduled = store_.syndication().next_scheduled_after(due_by);
  if (!scheduled) return scheduled.error();
  if (*scheduled) note_due(**scheduled + main_.plan().hold);
  return outcome;
}

Result<void> SiteSteps::look_at_rows() {
  const auto version = store_.sites_version();
  if (!version) return version.error();
  if (version_ == *version && !must_look_) return {};
  const auto rows = store_.list_sites();
  if (!rows) return rows.error();
  auto read = std::make_shared<const SiteDirectory>(*rows, main_.plan().site, *sites_);
  const auto changed = read->differences(*sites_);
  if (on_sites_ && !changed.empty()) on_sites_(read, changed);
  for (const SiteId site : changed) {
    const auto* known = read->find(site);
    if (known && !known->is_served())
      log_.error(
          "a site is not served",
          {{"site", std::to_string(site)}, {"host", known->row.host}, {"why", known->problem}});
    // One that is new is adopted when it has work, or is asked for; it may have been there before.
    if (known && known->is_served()) {
      if (sites_->find(site))
        to_adopt_.insert(site);
      else
        must_compare_ = true;
    }
    others_.erase(site);
    failing_.erase(site);
  }
  sites_ = std::move(read);
  version_ = *version;
  must_look_ = false;
  if (!to_adopt_.empty() || must_compare_) note_due(clock_.now());
  return {};
}

Result<FeedState> SiteSteps::refresh(SiteId site, std::string_view key) {
  Step* step = of(site);
  if (!step) return not_found("site " + std::to_string(site) + " is not served");
  if (site == main_site) return step->refresh(key);
  auto followed = main_.followed();
  if (followed) followed->sites_version = version_;
  if (step->is_adopted()) {
    // Other rows may have changed since; had its own, it would be another step.
    if (followed) step->follow(step->plan(), *std::move(followed));
    return step->refresh(key);
  }
  const auto adopted = step->adopt(step->plan(), std::move(followed));
  if (!adopted) return adopted.error();
  report_(*adopted, site);
  next_due_ = clock_.now();  // it may have touched all of the site's posts
  return step->refresh(key);
}

}  // namespace sosik
