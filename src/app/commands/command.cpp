#include "command.hpp"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sosik/base/text.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/model/archive.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {

std::unique_ptr<Config> load_or_complain(const CommandLine& line) {
  auto loaded = load_config(line.config_file, line.overrides);
  for (const auto& problem : loaded.problems) fail(problem);
  if (!loaded.problems.empty()) return nullptr;
  return std::make_unique<Config>(std::move(loaded.config));
}

namespace {

// The plan of the site that the line names.
Result<void> choose_site(const CommandLine& line, Config& config, Store& store) {
  if (line.site == std::to_string(main_site)) return {};
  const auto row = find_site(store, line.site);
  if (!row) return row.error();
  if (config.plan.site.id == row->id) return {};  // chosen already
  const SiteDirectory sites({*row}, config.plan.site, {});
  const auto* known = sites.find(row->id);
  if (!known->is_served())
    return invalid("site " + std::to_string(row->id) + " is not served: " + known->problem);
  config.plan = plan_of(config.plan, known->site);
  config.image_base.clear();  // where the configuration's site has its pictures
  return {};
}

}  // namespace

std::unique_ptr<Store> open_or_complain(const CommandLine& line, Config& config, bool create) {
  if (!create && !has_store(config)) {
    fail("store '" + config.store_url +
         "': it does not exist; `sosik serve`, `sosik import` and `sosik migrate` make it");
    return nullptr;
  }
  StoreOptions options;
  options.create = create;
  auto store = open_store(config.store_url, options);
  if (!store) {
    fail(store.error().detail);
    return nullptr;
  }
  if (!line.site.empty())
    if (auto chosen = choose_site(line, config, **store); !chosen) {
      fail(chosen.error().detail);
      return nullptr;
    }
  return std::move(*store);
}

bool has_store(const Config& config) {
  constexpr std::string_view scheme = "sqlite:";
  if (!config.store_url.starts_with(scheme)) return true;  // open_store says what is wrong
  std::error_code ec;
  return std::filesystem::exists(config.store_url.substr(scheme.size()), ec) || ec;
}

int fail(std::string_view reason) {
  const auto text = "sosik: " + printable(reason) + '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
  return exit_failed;
}

void print_line(std::string_view text) {
  const auto shown = printable(text) + '\n';
  std::fwrite(shown.data(), 1, shown.size(), stdout);
}

nlohmann::ordered_json held_back_json(const std::vector<HeldBackFrom>& documents) {
  auto list = nlohmann::ordered_json::array();
  for (const HeldBackFrom& held : documents) {
    const auto archive = archive_page_of(held.feed);
    nlohmann::ordered_json one = {{"feed", archive ? archive->feed : held.feed}};
    if (archive) one["archive"] = archive->page;
    one.update({{"format", to_string(held.format)}, {"reason", held.reason}});
    list.push_back(std::move(one));
  }
  return list;
}

void print_json(const nlohmann::ordered_json& value) {
  using Json = nlohmann::ordered_json;
  const auto dumped = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string line;
  for (std::size_t i = 0; i < dumped.size();) {
    std::size_t end = i + 1;  // of the character
    while (end < dumped.size() && (static_cast<unsigned char>(dumped[end]) & 0xC0) == 0x80) ++end;
    const auto character = dumped.substr(i, end - i);
    if (character == "\x7F") {
      line += "\\u007f";
    } else if (printable(character) == character) {
      line += character;
    } else {
      const auto quoted = Json(character).dump(-1, ' ', true);  // ASCII only
      line += quoted.substr(1, quoted.size() - 2);
    }
    i = end;
  }
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stdout);
}

std::string whereabouts(const FeedDefinition& feed) {
  if (feed.is_gone) return "is gone";
  if (feed.moved_to.empty()) return {};
  const bool is_url = feed.moved_to.find("://") != std::string::npos;
  return "has moved to " + (is_url ? feed.moved_to : "the feed '" + feed.moved_to + "'");
}

std::string shown_date(Timestamp when, const TimeZone& zone) {
  const auto local = zone.to_local(when);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", local.year, local.month, local.day,
                local.hour, local.minute);
  return text;
}

Result<Timestamp> moment(const std::string& text, const TimeZone& zone, Timestamp now) {
  constexpr std::string_view units = "smhd";
  constexpr std::int64_t seconds[] = {1, 60, 3600, 86400};
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end + 1 == text.data() + text.size() && count >= 0 &&
      count < 1'000'000)
    if (const auto unit = units.find(*end); unit != std::string_view::npos)
      return now - std::chrono::seconds(count * seconds[unit]);
  if (auto date = parse_date(text, zone)) return *date;
  return invalid("'" + text + "' is neither a date nor how long ago: 90s, 30m, 12h, 5d");
}

}  // namespace sosik
