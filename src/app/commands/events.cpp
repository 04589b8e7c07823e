// `sosik events`: what happened, as the ledger has it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/store/ledger.hpp"

namespace sosik {
namespace {

// Events of the wanted type, in pages, until there are enough or no more.
Result<std::vector<Event>> read_events(Ledger& ledger, SiteId site, const EventsOptions& options) {
  constexpr std::size_t page = 1000;
  const auto is_wanted = [&](const Event& event) {
    return options.type.empty() || to_string(event.kind) == options.type;
  };
  std::vector<Event> list;
  const auto last = ledger.last_event_number(site);
  if (!last) return last.error();
  if (options.after) {
    for (std::int64_t after = *options.after; list.size() < options.limit;) {
      auto events = ledger.list_events(site, after, page);
      if (!events) return events.error();
      if (events->empty()) break;
      after = events->back().number;
      std::ranges::copy_if(*events, std::back_inserter(list), is_wanted);
    }
    if (list.size() > options.limit) list.resize(options.limit);
    return list;
  }
  // Without a number the newest are wanted: pages backwards. Numbers may be missing.
  for (std::int64_t end = *last; end > 0 && list.size() < options.limit;) {
    const auto begin = std::max<std::int64_t>(end - static_cast<std::int64_t>(page), 0);
    auto events = ledger.list_events(site, begin, page);
    if (!events) return events.error();
    std::erase_if(*events, [&](const Event& e) { return e.number > end || !is_wanted(e); });
    list.insert(list.begin(), events->begin(), events->end());
    end = begin;
  }
  if (list.size() > options.limit)
    list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(options.limit));
  return list;
}

}  // namespace

int events(const CommandLine& line, const EventsOptions& options) {
  auto config = load_or_complain(line);
  auto store = config ? open_or_complain(line, *config, false) : nullptr;
  if (!store) return exit_failed;
  const auto& site = config->plan.site;
  const auto zone = *TimeZone::named(site.time_zone);
  auto list = read_events(store->ledger(), site.id, options);
  if (!list) return fail(list.error().detail);
  auto array = nlohmann::ordered_json::array();
  for (const auto& event : *list) {
    if (line.as_json) {
      auto data = nlohmann::ordered_json::parse(event.data, nullptr, false);
      array.push_back({{"number", event.number},
                       {"id", event.event_id},
                       {"type", to_string(event.kind)},
                       {"subject", event.subject},
                       {"revision", event.revision},
                       {"at", rfc3339_date(event.at, zone)},
                       {"quiet", event.is_quiet},
                       {"data", data.is_discarded() ? nlohmann::ordered_json() : data}});
      continue;
    }
    print_line(std::to_string(event.number) + "  " + shown_date(event.at, zone) + "  " +
               std::string(to_string(event.kind)) + "  " + event.subject + "  revision " +
               std::to_string(event.revision) + (event.is_quiet ? "  quiet" : ""));
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

}  // namespace sosik
