#include <nlohmann/json.hpp>
#include <thread>

#include "command.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/render/held_back.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/syndicate/plan_json.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {
namespace {

// Runs the step until nothing is due. A step that comes too early in its second waits the second
// out; what is scheduled for later is not waited for.
Result<void> run_until_current(Step& step, const Clock& clock) {
  using namespace std::chrono_literals;
  for (int round = 0; round < 60; ++round) {
    if (auto ran = step.run(); !ran) return ran.error();
    auto wake = step.next_wake();
    if (!wake) return wake.error();
    const auto now = clock.now();
    if (!*wake || **wake > now + 2s) return {};
    if (**wake > now) std::this_thread::sleep_for(**wake - now);
  }
  return {};
}

// By what the active node has in force, which takes posts in itself (docs/nodes.md).
Result<void> follow(Config& config, Store& store, Step& step) {
  const auto text = store.read_plan(main_site);
  if (!text) return text.error();
  if (text->empty()) return {};
  const Site site = std::exchange(config.plan.site, Site{});
  auto plan = plan_from_json(*text, config.plan);
  if (!plan) return plan.error();
  config.plan = site.id == main_site ? *plan : plan_of(*plan, site);
  step.follow(config.plan, followed_by(*text, *plan));
  return {};
}

// What no file of ours says is not taken back from the nodes.
Result<void> keep_key_mark(Config& config, Store& store) {
  const auto text = store.read_plan(config.plan.site.id);
  if (!text) return text.error();
  if (const auto plan = plan_from_json(*text, config.plan)) config.plan.key_mark = plan->key_mark;
  return {};
}

Result<void> bring_up_to_date(Config& config, const Clock& clock, Store& store, Step& step) {
  const auto leads = store.lead();
  if (!leads) return leads.error();
  if (!*leads) return follow(config, store, step);
  if (auto kept = keep_key_mark(config, store); !kept) return kept;
  if (auto adopted = step.adopt(config.plan); !adopted) return adopted.error();
  return run_until_current(step, clock);
}

// The store with every written post taken in, as a server would have it: the step may run in any
// process, but beside the active node of a store on a server. `config` then has the plan in force.
std::unique_ptr<Store> open_current(const CommandLine& line, Config& config, const Clock& clock,
                                    std::unique_ptr<Step>& step) {
  auto store = open_or_complain(line, config, false);
  if (!store) return nullptr;
  step = std::make_unique<Step>(*store, clock, config.plan);
  if (auto current = bring_up_to_date(config, clock, *store, *step); !current) {
    fail(current.error().detail);
    return nullptr;
  }
  return store;
}

int print_document(const Result<std::string>& bytes) {
  if (!bytes) return fail(bytes.error().detail);
  std::fwrite(bytes->data(), 1, bytes->size(), stdout);
  return std::ferror(stdout) ? fail("cannot write to standard output") : exit_ok;
}

}  // namespace

int feed_list(const CommandLine& line) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  SystemClock clock;
  std::unique_ptr<Step> step;
  auto store = open_current(line, *config, clock, step);
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto feeds = store->list_feeds(site.id);
  if (!feeds) return fail(feeds.error().detail);
  auto array = nlohmann::ordered_json::array();
  for (const auto& state : *feeds) {
    const auto definition = definition_of(config->plan, state.key, state.label);
    // No longer configured; the list at /opml.xml.
    if (!definition || state.key == opml_key) continue;
    const auto base = assemble_feed(config->plan, *definition, {state, {}, {}});
    if (line.as_json) {
      array.push_back({{"feed", state.key},
                       {"title", base.title},
                       {"posts", state.total},
                       {"revision", state.revision},
                       {"changed_at", rfc3339_date(state.changed_at, zone)},
                       {"rss", base.rss_url},
                       {"atom", base.atom_url},
                       {"json", base.json_url},
                       {"moved_to", definition->moved_to},
                       {"gone", definition->is_gone}});
      continue;
    }
    print_line(shown_date(state.changed_at, zone) + "  revision " + std::to_string(state.revision) +
               "  " + std::to_string(state.total) + " posts  " + state.key + "  " + base.rss_url +
               (definition->is_served() ? "" : "  " + whereabouts(*definition)));
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int feed_render(const CommandLine& line, const std::string& name, const std::string& format) {
  auto config = load_or_complain(line);
  if (!config) return exit_failed;
  const auto wanted = definition_of(config->plan, nfc(name), "");
  if (wanted && !wanted->is_served())
    return fail("feed '" + name + "' " + whereabouts(*wanted) + ": there is nothing to render");
  SystemClock clock;
  std::unique_ptr<Step> step;
  auto store = open_current(line, *config, clock, step);
  if (!store) return exit_failed;
  if (name == opml_key) {  // the list of feeds, which has one format
    const auto list = store->read_feed_list(config->plan.site.id);
    if (!list) return fail("the list of feeds: " + list.error().detail);
    return print_document(render_opml_checked(assemble_feed_list(config->plan, *list)));
  }
  auto state = step->refresh(nfc(name));
  if (!state) return fail("feed '" + name + "': " + state.error().detail);
  const auto definition = definition_of(config->plan, state->key, state->label);
  if (!definition) return fail("feed '" + name + "': no such feed; `sosik feed list` shows them");
  auto stored = store->read_feed(config->plan.site.id, state->key, definition->limit);
  if (!stored) return fail("feed '" + name + "': " + stored.error().detail);
  auto kind = Format::rss;
  for (auto candidate : {Format::rss, Format::atom, Format::json, Format::html})
    if (format == to_string(candidate)) kind = candidate;
  auto rendered = render_repaired(assemble_feed(config->plan, *definition, *stored), kind);
  if (!rendered) return fail(rendered.error().detail);
  auto& held_back = rendered->held_back;
  held_back.insert(held_back.end(), stored->damaged.begin(), stored->damaged.end());
  for (const auto& held : held_back)
    fail("post '" + held.post_id + "' is held back from this document: " + held.reason);
  return print_document(std::move(rendered->bytes));
}

}  // namespace sosik
