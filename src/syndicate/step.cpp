#include "sosik/syndicate/step.hpp"

#include <algorithm>

#include "announcer.hpp"
#include "entry_basis.hpp"
#include "feed_changes.hpp"
#include "owed_topics.hpp"
#include "run.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/plan_json.hpp"
#include "take.hpp"
#include "targets_in_force.hpp"

namespace sosik {
namespace {

constexpr std::size_t page = 500;

bool is_outdated(const FeedState& state, const std::string& hash) {
  return state.definition_hash != hash || state.format_version < format_version;
}

}  // namespace

struct Step::State {
  State(Store& the_store, const Clock& the_clock, SyndicationPlan the_plan)
      : store(the_store),
        view(the_store.syndication()),
        clock(the_clock),
        plan(std::move(the_plan)) {}

  Store& store;
  SyndicationStore& view;
  const Clock& clock;
  SyndicationPlan plan;
  std::optional<Followed> followed;  // nothing: the active node's
  bool is_adopted = false;
  StepLimits limits;
  TargetsInForce targets;

  // Runs `work`, which throws StoreFailed, in the store's transaction.
  template <class Work>
  Result<void> transact(Work work) {
    try {
      return view.transact([&]() -> Result<void> {
        hold_back();
        work();
        return {};
      });
    } catch (const StoreFailed& failed) {
      return failed.error();
    }
  }

  // Whoever is told of a change may fetch at once, by whichever node, or through a CDN that was
  // just purged (H-178, S-049).
  void hold_back() {
    if (const auto heard = store.time_to_hear(); heard.count() > 0)
      take(view.hold_deliveries(clock.now() + heard));
  }

  // For every node's caches, in the transaction that made it so, and the last thing in it.
  void tell(const StepReport& report, bool has_plan = false) {
    hold_back();
    News news;
    news.site = plan.site.id;
    news.feeds = report.changed_feeds;
    news.pages = report.changed_pages;
    news.slugs = report.changed_slugs;
    news.deliveries = static_cast<std::int64_t>(report.deliveries);
    news.has_plan = has_plan;
    if (!news.is_empty()) take(view.add_news(news));
  }

  std::int64_t now_seconds() const { return to_unix_seconds(clock.now()); }

  // Every revision owns its second: a second step in the same one waits for the next. A clock that
  // was set back by more than that does not hold up news; then each feed goes on a second after its
  // last revision.
  static bool is_too_early(const SiteState& state, std::int64_t now) {
    return now == state.last_step || now == state.last_step - 1;
  }

  using DefinedFeed = std::pair<FeedRecord, const FeedDefinition*>;
  void rebuild_members(std::vector<DefinedFeed>& feeds) {
    const SiteId site = plan.site.id;
    for (auto& [record, definition] : feeds) {
      take(view.remove_members(site, feed_fold(definition->key)));
      record.members = 0;
    }
    std::string after;
    for (;;) {
      const auto records = take(view.shown_records(site, after, page));
      if (records.empty()) break;
      for (const auto& r : records)
        for (auto& [record, definition] : feeds)
          if (selects(definition->filter, plan.site, r.entry)) {
            take(view.add_member(site, feed_fold(definition->key),
                                 {r.entry.published, r.entry.sequence}, r.entry.post_id, 0));
            ++record.members;
          }
      after = records.back().entry.post_id;
    }
    for (auto& [record, definition] : feeds)
      if (!definition->key.empty()) take(view.number_members(site, record));
  }

  // Feeds that are no longer defined keep their state, for the day they come back, but no members.
  void forget_undefined() {
    const SiteId site = plan.site.id;
    for (const auto& key : take(view.filtered_feeds(site))) {
      const bool is_defined = std::ranges::any_of(
          plan.definitions, [&](const FeedDefinition& d) { return d.key == key; });
      if (key.empty() || is_defined) continue;
      auto record = take(view.read_feed_record(site, feed_fold(key)));
      if (!record) continue;
      take(view.remove_members(site, feed_fold(key)));
      record->filter_hash.clear();
      record->members = 0;
      take(view.write_feed_record(site, *record));
    }
  }

  bool may_write() const { return !followed || followed->is_alike; }

  void check_followed() {
    if (!followed) return;
    const bool is_newest =
        take(store.read_plan(main_site)) == followed->plan &&
        (!followed->sites_version || take(store.sites_version()) == *followed->sites_version);
    if (!is_newest)
      throw StoreFailed(unavailable("another node has put other definitions in force; try again"));
  }

  void adopt(StepReport& report) {
    check_followed();
    const SiteId site = plan.site.id;
    std::vector<FeedDefinition> definitions = plan.definitions;
    definitions.push_back(*definition_of(plan, "", ""));
    std::vector<DefinedFeed> kept, rebuilt;
    for (const auto& definition : definitions) {
      FeedRecord record;
      record.state.key = definition.key;
      if (auto known = take(view.read_feed_record(site, feed_fold(definition.key))))
        record = *std::move(known);
      const std::string filter = filter_hash(plan.site, definition);
      auto& list = record.filter_hash == filter ? kept : rebuilt;
      record.filter_hash = filter;
      list.emplace_back(std::move(record), &definition);
    }
    if (!rebuilt.empty()) rebuild_members(rebuilt);
    for (auto& [record, definition] : rebuilt) settle(record, *definition, true, report);
    for (auto& [record, definition] : kept) settle(record, *definition, false, report);
    settle_list(report);
    forget_undefined();
    if (followed) return tell(report);  // the rest is the active node's
    const SiteState before = take(view.site_state(site));
    SiteState state = before;
    const std::string basis = entry_basis(plan);
    if (before.entry_basis.empty() || is_outdated_basis(before.entry_basis, basis))
      state.entry_basis = basis;
    // The timeline and the plan are of the whole installation: other sites go by the main one's.
    if (site == main_site) state.timeline = take(store.timeline());
    if (state != before) take(view.write_site_state(site, state));
    if (is_outdated_basis(before.entry_basis, basis)) take(view.touch_all_shown(site));
    if (site != main_site) return tell(report);
    const bool is_another_past =
        !before.timeline.empty() && !state.timeline.empty() && state.timeline != before.timeline;
    if (is_another_past) take(view.set_not_before(site, clock.now()));
    const std::string text = plan_to_json(plan);
    const bool is_new = take(store.read_plan(site)) != text;
    if (is_new) take(view.write_plan(site, text));
    tell(report, is_new || is_another_past);
  }

  void look_back(FeedRecord& feed, std::size_t limit) {
    const SiteId site = plan.site.id;
    const auto end = take(view.window_end(site, feed_fold(feed.state.key), limit));
    update_history(view, site, feed, end);
  }

  void settle_list(StepReport& report) {
    FeedRecord list;
    list.state.key = opml_key;
    if (auto known = take(view.read_feed_record(plan.site.id, opml_key))) list = *std::move(known);
    const FeedDefinition definition = *definition_of(plan, opml_key, "");
    // Else every step has kept it, and a start need not read it (it may name 200 categories).
    if (plan.derived.categories && is_outdated(list.state, definition_hash(plan, definition)))
      update_list(view, plan.site.id, list);
    settle(list, definition, false, report);
  }

  std::size_t purge(const FeedState& feed) {
    return owe_purges(view, plan, targets.get(store.ledger(), plan.site.id, plan.targets), feed,
                      clock.now());
  }

  // Rebuilt members are news even where the definition is the old one: the feed was away meanwhile,
  // and posts came and went that its last revision knows nothing of.
  void settle(FeedRecord& record, const FeedDefinition& definition, bool is_rebuilt,
              StepReport& report) {
    const bool advances = is_rebuilt || record.state.revision == 0 ||
                          is_outdated(record.state, definition_hash(plan, definition));
    // A feed that is born here begins a second ago, so that its first posts may still come in this
    // one.
    const bool is_new = record.state.revision == 0;
    if (!advances) return;
    if (definition.key != opml_key) look_back(record, definition.limit);
    advance(record, plan, now_seconds() - (is_new ? 1 : 0));
    take(view.write_feed_record(plan.site.id, record));
    report.changed_feeds.push_back(record.state);
    if (!is_new) report.deliveries += purge(record.state);
  }
};

Step::Step(Store& store, const Clock& clock, SyndicationPlan plan)
    : state_(std::make_unique<State>(store, clock, std::move(plan))) {}
Step::~Step() = default;

const SyndicationPlan& Step::plan() const { return state_->plan; }
bool Step::is_adopted() const { return state_->is_adopted; }

Result<StepReport> Step::adopt(SyndicationPlan plan, std::optional<Followed> followed) {
  if (followed && !followed->is_alike) {
    follow(std::move(plan), *std::move(followed));
    return StepReport();
  }
  SyndicationPlan before = std::exchange(state_->plan, std::move(plan));
  auto followed_before = std::exchange(state_->followed, std::move(followed));
  state_->targets.forget();
  // Its targets, too: nobody else has heard of them.
  const auto go_back = [&] {
    state_->plan = std::move(before);
    state_->followed = std::move(followed_before);
    state_->targets.forget();
  };
  StepReport report;
  try {
    if (auto done = state_->transact([&] { state_->adopt(report); }); !done) {
      go_back();
      return done.error();
    }
  } catch (...) {
    go_back();
    throw;
  }
  state_->is_adopted = true;
  return report;
}

void Step::follow(SyndicationPlan plan, Followed followed) {
  state_->plan = std::move(plan);
  state_->followed = std::move(followed);
  state_->targets.forget();
  state_->is_adopted = true;
}

const std::optional<Followed>& Step::followed() const { return state_->followed; }

Result<StepReport> Step::run() {
  State& s = *state_;
  StepReport report;
  if (!s.is_adopted) {
    auto adopted = adopt(s.plan);
    if (!adopted) return adopted;
    report = *std::move(adopted);
  }
  // Asked first without the write lock: mostly there is nothing to do.
  const auto wake = next_wake();
  if (!wake) return wake.error();
  if (!*wake || **wake > s.clock.now()) return report;
  StepReport ran;
  auto done = s.transact([&] {
    ran = {};
    const SiteState state = take(s.view.site_state(s.plan.site.id));
    if (State::is_too_early(state, s.now_seconds())) return;  // another process was quicker
    Run run(s.store, s.plan, s.targets, s.clock.now(), ran);
    run(s.limits);
    s.tell(ran);
  });
  if (!done) return done.error();
  ran.changed_feeds.insert(ran.changed_feeds.begin(), report.changed_feeds.begin(),
                           report.changed_feeds.end());
  return ran;
}

Result<void> Step::begin_anew(Timestamp newest_shown) {
  State& s = *state_;
  return s.transact([&] {
    const auto from = std::max(s.clock.now(), newest_shown + std::chrono::seconds(1));
    take(s.view.set_not_before(s.plan.site.id, from));
    s.tell({}, true);
  });
}

Result<FeedState> Step::refresh(std::string_view key) {
  State& s = *state_;
  auto state = s.store.feed_state(s.plan.site.id, key);
  if (!state) return state;
  const auto definition = definition_of(s.plan, state->key, state->label);
  if (!definition) return not_found("feed '" + std::string(key) + "' is switched off");
  const std::string hash = definition_hash(s.plan, *definition);
  if (!s.may_write() || !is_outdated(*state, hash)) return state;
  FeedState advanced;
  auto done = s.transact([&] {
    s.check_followed();
    auto record = take(s.view.read_feed_record(s.plan.site.id, feed_fold(key)));
    if (!record) throw StoreFailed(not_found("feed '" + std::string(key) + "' is gone"));
    if (is_outdated(record->state, hash)) {
      const auto& feed = record->state.key;
      if (!archive_page_of(feed) && feed != opml_key) s.look_back(*record, definition->limit);
      advance(*record, s.plan, s.now_seconds());
      take(s.view.write_feed_record(s.plan.site.id, *record));
      StepReport report;
      report.changed_feeds = {record->state};
      report.deliveries = s.purge(record->state);
      s.tell(report);
    }
    advanced = record->state;
  });
  if (!done) return done.error();
  return advanced;
}

Result<std::optional<Timestamp>> Step::next_wake() {
  State& s = *state_;
  const SiteId site = s.plan.site.id;
  const auto dirty = s.view.has_dirty(site);
  if (!dirty) return dirty.error();
  const auto scheduled = s.view.next_scheduled(site);
  if (!scheduled) return scheduled.error();
  const auto state = s.view.site_state(site);
  if (!state) return state.error();
  std::optional<Timestamp> wake;
  if (*scheduled) wake = **scheduled + s.plan.hold;
  if (*dirty) wake = s.clock.now();
  if (!wake) return wake;
  const std::int64_t second = to_unix_seconds(std::max(*wake, s.clock.now()));
  if (State::is_too_early(*state, second)) wake = from_unix_ms((state->last_step + 1) * 1000);
  return wake;
}

}  // namespace sosik
