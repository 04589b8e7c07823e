#include "step_runner.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "hint_listener.hpp"
#include "site_steps.hpp"
#include "sosik/base/background.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/plan_json.hpp"

namespace sosik {
namespace {

using namespace std::chrono_literals;
constexpr auto poll_interval = news_interval;  // external commits are seen within half a second
constexpr auto trouble_interval = 1000ms;
constexpr auto hint_interval = 1000ms;    // S-047
constexpr std::size_t max_tags = 10'000;  // that wait to be written
// Failures in a row after which the node that runs the step lets others try: at first, and at most,
// for each time it takes twice as many.
constexpr int least_patience = 5, most_patience = 320;

}  // namespace

struct StepRunner::State {
  State(SyndicationPlan own, bool is_eligible, const Clock& the_clock, Log& the_log,
        Listener the_listener)
      : own_plan(std::move(own)),
        may_lead(is_eligible),
        clock(the_clock),
        log(the_log),
        listener(std::move(the_listener)) {}

  SyndicationPlan own_plan;  // of this node's files; in force while it leads
  const bool may_lead;

  const Clock& clock;
  Log& log;
  Listener listener;
  std::unique_ptr<Store> store;    // the runner's thread only, like the two below
  std::unique_ptr<Store> watcher;  // never writes
  std::unique_ptr<SiteSteps> steps;
  std::atomic<bool> leads{false};
  bool holds_lead = false;       // the store says so; it `leads` when its definitions are in force
  bool is_said_to_lead = false;  // in the log
  bool is_following = false;     // since it last led it has taken over the definitions of who does
  int failures = 0;              // in a row, while it holds the lead
  int patience = least_patience;
  std::chrono::steady_clock::time_point failed_at;          // counted so
  std::chrono::steady_clock::time_point stands_back_until;  // so that others take the lead
  std::atomic<std::uint64_t> polls{0};
  NewsPlace told;            // the listener knows all news up to here
  Timestamp newest_shown{};  // of what they said: the latest change
  std::string told_plan;     // as text, like that in the store
  bool must_follow = false;  // there are definitions that could not be taken over yet
  bool is_behind = true;     // there may be more: something was done, or telling it failed
  bool is_in_trouble = false;
  std::int64_t seen = -1;                           // the store's data version
  std::chrono::steady_clock::time_point looked_at;  // who leads
  std::chrono::steady_clock::time_point hinted_at;  // other nodes

  mutable std::mutex mutex;  // guards what follows
  std::condition_variable changed;
  bool is_stopping = false;
  bool is_woken = false;
  std::deque<std::function<void()>> tasks;
  std::map<SiteId, std::vector<DocumentTag>> tags;
  std::size_t tag_count = 0;
  std::string trouble;

  std::optional<HintListener> hints;  // where other nodes give some
  std::thread thread;                 // last: everything above is there when it starts

  void wake() {
    {
      std::lock_guard lock(mutex);
      is_woken = true;
    }
    changed.notify_one();
  }

  void note(const std::string& reason) {
    std::lock_guard lock(mutex);
    if (!reason.empty() && trouble.empty())
      log.error("syndication step failed; last good feeds stay", {{"reason", reason}});
    if (reason.empty() && !trouble.empty()) log.info("syndication step works again");
    trouble = reason;
  }

  void report(const StepReport& done, SiteId site = main_site) {
    is_behind = true;
    const auto number = std::to_string(site);
    for (const auto& notice : done.notices)
      log.warn("post needed repair", {{"site", number}, {"notice", notice}});
    if (!done.changed_feeds.empty() || !done.changed_slugs.empty()) {
      log.info("feeds changed", {{"site", number},
                                 {"feeds", std::to_string(done.changed_feeds.size())},
                                 {"posts", std::to_string(done.posts)},
                                 {"events", std::to_string(done.events)},
                                 {"deliveries", std::to_string(done.deliveries)}});
    }
    listener.on_step(done);
  }

  Result<void> run_steps() {
    is_behind = true;
    return steps->run();
  }

  // Whether this node steps. Who begins to brings its own definitions into force.
  Result<void> look_who_leads() {
    looked_at = std::chrono::steady_clock::now();
    listener.on_look(*store);
    if (!may_lead || looked_at < stands_back_until) return begin_to_follow();
    const auto leading = store->lead();
    holds_lead = leading && *leading;
    if (!holds_lead) leads = false;
    if (!leading) return leading.error();
    if (!holds_lead) {  // another does
      failures = 0;
      patience = least_patience;
      return begin_to_follow();
    }
    if (leads) return {};
    if (auto right = check_own_key(); !right) return right;
    is_behind = true;
    is_following = false;
    if (auto adopted = adopt_own(own_plan, false); !adopted) return adopted;
    leads = true;
    is_said_to_lead = true;
    log.info("this node runs the step");
    return {};
  }

  // A stranger that leads would put its own plan in force, and all others would be strangers to it.
  Result<void> check_own_key() {
    const auto text = store->read_plan(own_plan.site.id);
    if (!text) return text.error();
    auto right = check_key(*text, own_plan);
    if (right) return {};
    holds_lead = false;
    if (auto resigned = store->resign(); !resigned) return resigned;
    return right;
  }

  Result<void> begin_to_follow() {
    if (is_following) return {};
    if (std::exchange(is_said_to_lead, false)) log.warn("this node does not run the step any more");
    if (auto followed = follow_plan(false); !followed) return followed;
    is_following = true;
    listener.on_gap();
    return {};
  }

  // What is in force already is told to nobody: readers would wait for the step. By the text also a
  // plan that another program has put in force is another, and all is asked for again.
  void tell_plan(const SyndicationPlan& plan, std::string text, bool has_new_targets) {
    if (text == told_plan && !has_new_targets) return;
    told_plan.clear();  // until it is told whole
    listener.on_plan(plan);
    told_plan = std::move(text);
  }

  // When it was thrown out of: nobody knows which plan the listener goes by.
  Result<void> tell_plan_again() {
    if (!told_plan.empty()) return {};
    if (!leads) return follow_plan(true);
    const SyndicationPlan plan = steps->main().plan();
    tell_plan(plan, plan_to_json(plan), true);
    return {};
  }

  // This node's plan from now on, and in force.
  Result<void> adopt_own(SyndicationPlan plan, bool has_new_targets) {
    const SyndicationPlan before = steps->main().plan();
    const std::string text = plan_to_json(plan), text_before = plan_to_json(before);
    Result<StepReport> adopted = StepReport();
    try {
      tell_plan(plan, text, has_new_targets);
      adopted = steps->main().adopt(plan);
    } catch (...) {
      told_plan.clear();  // whatever comes of the next line
      tell_plan(before, text_before, has_new_targets);
      throw;
    }
    if (!adopted) {
      tell_plan(before, text_before, has_new_targets);
      return adopted.error();
    }
    own_plan = std::move(plan);
    // It is in force: whoever could not be told of that changes nothing of it.
    try {
      steps->main_has_changed();
      report(*adopted);
    } catch (const std::exception& failure) {
      note_failure(failure);
    }
    return {};
  }

  // This node's plan from now on, and in force but for the definitions.
  Result<void> follow_own(SyndicationPlan plan) {
    SyndicationPlan before = std::exchange(own_plan, std::move(plan));
    Result<void> followed;
    try {
      followed = follow_plan(true);
    } catch (...) {
      own_plan = std::move(before);
      told_plan.clear();
      throw;
    }
    if (!followed) own_plan = std::move(before);
    return followed;
  }

  // The definitions of the node that leads; before there ever was one, this node's.
  Result<void> follow_plan(bool has_new_targets) {
    if (leads) return {};
    const auto text = store->read_plan(own_plan.site.id);
    if (!text) return text.error();
    Result<SyndicationPlan> plan = own_plan;
    if (!text->empty()) plan = plan_from_json(*text, own_plan);
    if (!plan) return plan.error();
    steps->main().follow(*plan, followed_by(*text, *plan));
    steps->main_has_changed();
    tell_plan(*plan, text->empty() ? plan_to_json(*plan) : *text, has_new_targets);
    return {};
  }

  // What was committed, by whichever node, to whoever holds something of it. A listener that is
  // thrown out of hears the same again.
  Result<void> tell_news() {
    const auto since = store->news_since(told);
    if (!since) return since.error();
    if (since->is_another_past) {
      log.warn("the store lacks what readers were shown; all feeds count as changed now");
      if (auto begun = steps->main().begin_anew(newest_shown); !begun) return begun;
    }
    const bool has_plan = std::ranges::any_of(since->news, &News::has_plan);
    const bool is_new = since->has_gap || has_plan;
    must_follow = must_follow || is_new;
    Result<void> followed;
    if (must_follow) {
      followed = follow_plan(false);
      if (followed || is_new) {
        steps->look_again();
        if (auto looked = steps->look_at_rows(); !looked) return looked;
        listener.on_gap();
      }
      must_follow = !followed;
    }
    for (const auto& news : since->news) {
      listener.on_news(news);
      for (const auto& feed : news.feeds) newest_shown = std::max(newest_shown, feed.changed_at);
    }
    told = since->place;
    if (leads && !since->news.empty()) hint();
    is_behind = since->is_another_past || must_follow;  // begin_anew() is news, too
    return followed;
  }

  // Other nodes look at once then; without it at their next poll.
  void hint() {
    const auto now = std::chrono::steady_clock::now();
    if (now - hinted_at < hint_interval) return;
    hinted_at = now;
    (void)store->hint();
  }

  // The whole of a turn's work on the store.
  Result<void> look(bool must_run) {
    const bool is_lead_due = std::chrono::steady_clock::now() - looked_at >= poll_interval;
    Result<void> looked;
    if (must_run || is_lead_due) looked = look_who_leads();
    if (looked) looked = tell_plan_again();
    if (looked && (must_run || steps->must_look())) looked = steps->look_at_rows();
    if (looked && leads && (must_run || is_due())) looked = run_steps();
    // Also where the step is in trouble: other nodes may not be.
    if (must_run || is_behind)
      if (const auto told_all = tell_news(); looked) looked = told_all;
    return looked;
  }

  // Also without memory for the words.
  static Error failed(const std::exception& failure) noexcept {
    try {
      return unavailable(failure.what());
    } catch (const std::exception&) {
      return unavailable({});
    }
  }

  // Runs `work` on the runner's thread and waits for what it gives. What it throws is the asker's:
  // no task ends the runner, or leaves another's asker waiting.
  template <class Answer, class Work>
  Answer ask(Work work) {
    std::promise<Answer> answer;
    {
      std::lock_guard lock(mutex);
      if (is_stopping) return unavailable("the program is stopping");
      tasks.push_back([&answer, &work] {
        try {
          answer.set_value(work());
        } catch (const std::exception& failure) {
          answer.set_value(failed(failure));
        }
      });
    }
    changed.notify_one();
    return answer.get_future().get();
  }

  // Whatever fails: these are forgotten, and the step, which writes to the same store, will say so.
  void write(const std::map<SiteId, std::vector<DocumentTag>>& made) {
    try {
      for (const auto& [site, of_site] : made) (void)store->remember_tags(site, of_site);
    } catch (const std::exception&) {
    }
  }

  // How long nothing needs to be done, at most the poll interval.
  std::chrono::milliseconds pause() {
    if (is_in_trouble) return trouble_interval;
    const auto next = steps->next_due();
    if (!leads || !next) return poll_interval;
    const auto until = *next - clock.now();
    return std::clamp<std::chrono::milliseconds>(until, 1ms, poll_interval);
  }

  bool is_due() const {
    const auto next = steps->next_due();
    return next && *next <= clock.now();
  }

  // False when it was the last one.
  bool turn() {
    std::deque<std::function<void()>> now;
    std::map<SiteId, std::vector<DocumentTag>> made;
    bool must_run = is_in_trouble, is_last = false;
    const auto wait = pause();
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, wait, [&] { return is_stopping || is_woken || !tasks.empty(); });
      must_run = must_run || is_woken;
      is_woken = false;
      now.swap(tasks);
      made.swap(tags);
      tag_count = 0;
      is_last = is_stopping && now.empty();
    }
    is_behind = is_behind || !now.empty();
    for (auto& task : now) task();
    if (!made.empty()) write(made);
    if (is_last) return false;
    if (auto version = watcher->data_version()) {
      must_run = must_run || *version != seen;
      seen = *version;
    } else {
      must_run = true;  // the step will say what is wrong
    }
    const auto looked = look(must_run);
    if (looked) ++polls;
    // While it leaves the step to others, nothing says yet that the step works again.
    if (!looked || std::chrono::steady_clock::now() >= stands_back_until)
      note(looked ? std::string() : looked.error().detail);
    note_outcome(looked.has_value());
    return true;
  }

  // Of a turn. What this node cannot do, another may be able to. One that has nobody beside it
  // comes back to it, and lets go of it ever more seldom.
  void note_outcome(bool is_good) {
    is_in_trouble = !is_good;
    if (!holds_lead) return;
    const auto now = std::chrono::steady_clock::now();
    if (is_good) {
      failures = 0;
      patience = least_patience;
    } else if (failures == 0 || now - failed_at >= trouble_interval) {  // turns may be many
      ++failures;
      failed_at = now;
    }
    const auto time_to_hear = store->time_to_hear();
    if (failures < patience || time_to_hear == 0ms) return;
    failures = 0;
    patience = std::min(2 * patience, most_patience);
    stands_back_until = now + 4 * time_to_hear;
    leads = false;
    holds_lead = false;
    (void)store->resign();  // what the session has, ends with it at the latest
    log.warn("this node leaves the step to others, because it fails here again and again");
  }

  // Out of memory, most likely: later there is more.
  void note_failure(const std::exception& failure) noexcept {
    try {
      note(failure.what());
    } catch (const std::exception&) {  // not even for that; the next turn will say so
    }
  }
  void survive(const std::exception& failure) noexcept {
    note_failure(failure);
    try {
      note_outcome(false);
    } catch (const std::exception&) {
    }
  }

  void loop() {
    for (bool goes_on = true; goes_on;) {
      try {
        goes_on = turn();
      } catch (const std::exception& failure) {
        survive(failure);
      }
    }
  }
};

StepRunner::StepRunner(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<StepRunner>> StepRunner::start(OpenStore open, SyndicationPlan plan,
                                                      bool may_lead, const Clock& clock, Log& log,
                                                      Listener listener) {
  auto state = std::make_unique<State>(std::move(plan), may_lead, clock, log, std::move(listener));
  auto store = open();
  if (!store) return store.error();
  state->store = std::move(*store);
  auto watcher = open();
  if (!watcher) return watcher.error();
  state->watcher = std::move(*watcher);
  // Nobody holds anything yet, so what was news so far is none.
  const auto newest = state->store->newest_news();
  if (!newest) return newest.error();
  state->told = *newest;
  state->steps = std::make_unique<SiteSteps>(
      *state->store, clock, log, state->own_plan,
      [raw = state.get()](const StepReport& done, SiteId site) { raw->report(done, site); },
      state->listener.on_sites);
  if (auto looked = state->look_who_leads(); !looked) return looked.error();
  if (auto looked = state->steps->look_at_rows(); !looked) return looked.error();
  if (state->leads)
    if (auto ready = state->run_steps(); !ready) return ready.error();
  // What this did is told before anybody holds something, and not to the first readers.
  if (auto told = state->tell_news(); !told) return told.error();
  if (state->store->time_to_hear() > 0ms)
    state->hints.emplace(std::move(open), [raw = state.get()] {
      if (!raw->leads) raw->wake();  // else it knows
    });
  state->thread = std::thread([raw = state.get()] {
    become_background();
    raw->loop();
  });
  return std::unique_ptr<StepRunner>(new StepRunner(std::move(state)));
}

StepRunner::~StepRunner() {
  {
    std::lock_guard lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->changed.notify_one();
  state_->hints.reset();
  state_->thread.join();
}

void StepRunner::wake() { state_->wake(); }

Result<void> StepRunner::adopt(const SyndicationPlan& plan) {
  return state_->ask<Result<void>>([this, &plan]() -> Result<void> {
    return state_->leads ? state_->adopt_own(plan, true) : state_->follow_own(plan);
  });
}

Result<FeedState> StepRunner::refresh(SiteId site, std::string_view key) {
  return state_->ask<Result<FeedState>>([this, site, key]() -> Result<FeedState> {
    // By definitions and rows that others have put in force meanwhile, not back to those before,
    // nor to those of when it led.
    if (!state_->leads) {
      if (auto followed = state_->begin_to_follow(); !followed) return followed.error();
      if (auto told = state_->tell_news(); !told) return told.error();
      if (auto looked = state_->steps->look_at_rows(); !looked) return looked.error();
    }
    return state_->steps->refresh(site, key);
  });
}

bool StepRunner::leads() const { return state_->leads; }

std::uint64_t StepRunner::polls() const { return state_->polls; }

void StepRunner::remember(SiteId site, DocumentTag tag) {
  std::lock_guard lock(state_->mutex);
  if (state_->tag_count >= max_tags) return;
  state_->tags[site].push_back(std::move(tag));
  ++state_->tag_count;
}

std::string StepRunner::trouble() const {
  std::lock_guard lock(state_->mutex);
  return state_->trouble;
}

}  // namespace sosik
