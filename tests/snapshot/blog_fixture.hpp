// A small blog for the tests of this layer: a real SQLite store in a temporary folder, the real
// step, and Snapshots wired as the program wires them.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catch.hpp"
#include "fake_clock.hpp"
#include "hooked_store.hpp"
#include "sosik/render/render.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/store/store.hpp"
#include "sosik/syndicate/step.hpp"
#include "temp_dir.hpp"

namespace sosik::testing {

inline SyndicationPlan small_plan() {
  SyndicationPlan plan;
  plan.site.title = "소식 블로그";
  plan.site.description = "팀과 제품에 대한 기록";
  plan.site.public_url = "https://blog.example";
  plan.site.home_url = "https://blog.example/";
  plan.site.id_authority = "blog.example";
  plan.site.author = {"kim", "김소식", "", ""};
  plan.site.hubs = {"https://hub.example/"};
  FeedDefinition main;
  main.key = "main";
  plan.definitions = {main};
  return plan;
}

class Blog {
 public:
  explicit Blog(SyndicationPlan plan = small_plan())
      : plan_(std::make_shared<const SyndicationPlan>(plan)),
        store_(open_store(url()).value()),
        step_(*store_, clock, plan) {
    hooks.cannot_be_read = [this] { return is_store_gone.load(); };
    step_.adopt(plan).value();
    snapshots = make_snapshots(options());
  }

  SnapshotOptions options() {
    SnapshotOptions options;
    options.plan = [this](SiteId) { return std::atomic_load(&plan_); };
    options.open_store = [this]() -> Result<std::unique_ptr<Store>> {
      if (is_store_gone) return unavailable("the store is locked");
      ++opened;
      return std::make_unique<HookedStore>(open_store(url()).value(), tags, hooks);
    };
    options.refresh = [this](SiteId, std::string_view key) -> Result<FeedState> {
      if (is_store_gone) return unavailable("the store is locked");
      ++refreshed;
      const std::lock_guard lock(step_mutex_);
      return step_.refresh(key);
    };
    options.log = [this](std::string_view sentence, SiteId, std::string_view key,
                         std::string_view reason) {
      const std::lock_guard lock(log_mutex_);
      log_.push_back(std::string(sentence) + " [" + std::string(key) + "] " + std::string(reason));
    };
    options.remember = [this](SiteId, DocumentTag tag) { tags.remember(tag); };
    options.render = [this](const Feed& feed, Format format) -> Result<std::string> {
      ++rendered;
      if (is_renderer_broken) return invalid("line 7: not well-formed");
      return render_checked(feed, format);
    };
    return options;
  }
  // The next process on the same store.
  void restart(const std::function<void(SnapshotOptions&)>& adjust = {}) {
    SnapshotOptions changed = options();
    if (adjust) adjust(changed);
    snapshots = make_snapshots(std::move(changed));
  }

  // Writes the post, one second later runs the step and tells the snapshots.
  void put(Post post) { tell(put_silently(std::move(post))); }
  // What the step reports, before the snapshots hear of it.
  StepReport put_silently(Post post) {
    clock.advance(std::chrono::seconds(2));
    const std::lock_guard lock(step_mutex_);
    store_->put_post(post).value();
    return step_.run().value();
  }
  // In one step.
  void put_all(const std::vector<Post>& posts) {
    StepReport report;
    {
      clock.advance(std::chrono::seconds(2));
      const std::lock_guard lock(step_mutex_);
      for (const Post& post : posts) store_->put_post(post).value();
      report = step_.run().value();
    }
    tell(report);
  }
  void tell(const StepReport& report) {
    snapshots->changed(main_site, report.changed_feeds, report.changed_slugs);
    snapshots->changed(main_site, report.changed_pages, {});
  }
  Post post(const std::string& id, const std::string& title,
            PostStatus status = PostStatus::published) const {
    Post made;
    made.post_id = id;
    made.slug = id;
    made.title = title;
    made.status = status;
    made.body = "<p>" + title + "의 본문입니다.</p>";
    made.published_at = from_unix_ms(1'795'000'000'000);
    return made;
  }
  // As the program does on SIGHUP: what renders has the new plan first.
  void adopt(const SyndicationPlan& plan) {
    put_in_force(plan);
    tell(step_adopts(plan));
  }
  void put_in_force(const SyndicationPlan& plan) {
    std::atomic_store(&plan_, std::make_shared<const SyndicationPlan>(plan));
    snapshots->reset();
  }
  StepReport step_adopts(const SyndicationPlan& plan) {
    clock.advance(std::chrono::seconds(2));
    const std::lock_guard lock(step_mutex_);
    return step_.adopt(plan).value();
  }

  std::shared_ptr<Slot> slot(std::string_view key) {
    return snapshots->open(main_site, key).value();
  }
  // As a server gets it, made if need be.
  Representation get(std::string_view key, Format format, Coding coding = Coding::identity) {
    const auto snapshot = slot(key)->current();
    return *snapshot->make(format, coding).value();
  }
  std::shared_ptr<Snapshot> current(std::string_view key) { return slot(key)->current(); }
  // What a conditional request finds without anything being rendered.
  const Representation* known(std::string_view key, Format format,
                              Coding coding = Coding::identity) {
    return current(key)->known(format, coding);
  }
  std::vector<std::string> log() const {
    const std::lock_guard lock(log_mutex_);
    return log_;
  }

  FakeClock clock;
  std::atomic<int> rendered{0}, refreshed{0}, opened{0};
  std::atomic<bool> is_renderer_broken{false}, is_store_gone{false};
  TagTable tags;
  StoreHooks hooks;
  std::shared_ptr<Snapshots> snapshots;

 private:
  std::string url() const { return "sqlite:" + (folder_ / "posts.db").string(); }

  TempDir folder_;
  std::shared_ptr<const SyndicationPlan> plan_;
  std::unique_ptr<Store> store_;
  std::mutex step_mutex_;  // step and store are one thread's at a time
  Step step_;
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

// The value of a header line in a head; empty when there is none.
inline std::string header(const std::string& head, const std::string& name) {
  const auto at = ("\r\n" + head).find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace sosik::testing
