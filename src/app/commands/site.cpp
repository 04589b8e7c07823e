// `sosik site`: the blogs besides the configuration's (docs/sites.md).
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/syndicate/sites.hpp"

namespace sosik {
namespace {

// "Blog.Example.:443" is the host "blog.example"; what is no host stays, for the check to name.
std::string as_host(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (const auto colon = text.find(':');
      colon != text.npos && text.find_first_not_of("0123456789", colon + 1) == text.npos)
    text.erase(colon);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

void apply(const SiteOptions& options, SiteRow& row) {
  const auto set = [](std::string& value, const std::optional<std::string>& given) {
    if (given) value = *given;
  };
  if (options.host) row.host = as_host(*options.host);
  set(row.title, options.title);
  set(row.description, options.description);
  set(row.language, options.language);
  set(row.time_zone, options.time_zone);
  set(row.public_url, options.public_url);
  set(row.home_url, options.home_url);
  set(row.id_authority, options.id_authority);
  set(row.author_name, options.author_name);
  set(row.author_url, options.author_url);
  set(row.author_email, options.author_email);
  set(row.copyright, options.copyright);
  set(row.icon_url, options.icon_url);
}

// Why a server with this configuration would not serve it; empty: it would.
std::string problem_of(const SiteRow& row, const Config& config) {
  const SiteDirectory sites({row}, config.plan.site, {});
  return sites.all().front()->problem;
}

int show(const CommandLine& line, const KnownSite& known, std::string_view done) {
  const auto number = std::to_string(known.row.id);
  if (line.as_json)
    print_json({{"site", known.row.id}, {"host", known.row.host}, {"done", done}});
  else
    print_line("site " + number + " at " + known.row.host + ' ' + std::string(done));
  return exit_ok;
}

int write(const CommandLine& line, const Config& config, Store& store, SiteRow row) {
  const bool is_new = row.id == 0;
  SiteRow checked = row;
  if (is_new) checked.id = main_site + 1;  // whichever it will be
  if (const auto problem = problem_of(checked, config); !problem.empty())
    return fail("site '" + row.host + "': " + problem);
  if (is_new) {
    const auto id = store.add_site(row);
    if (!id) return fail(id.error().detail);
    row.id = *id;
  } else if (auto changed = store.change_site(row); !changed) {
    return fail(changed.error().detail);
  }
  return show(line, read_site_row(row), is_new ? "added" : "changed");
}

struct Opened {
  std::unique_ptr<Config> config;
  std::unique_ptr<Store> store;
};

// These are about sites, not of one.
Opened open_all(const CommandLine& line, bool create) {
  Opened opened;
  if (!line.site.empty()) {
    fail("`sosik site` takes the site as its argument, not as --site");
    return opened;
  }
  opened.config = load_or_complain(line);
  if (opened.config) opened.store = open_or_complain(line, *opened.config, create);
  return opened;
}

}  // namespace

Result<SiteRow> find_site(Store& store, const std::string& number_or_host) {
  SiteId number = 0;
  const auto end = number_or_host.data() + number_or_host.size();
  const auto [stop, error] = std::from_chars(number_or_host.data(), end, number);
  const bool is_number = error == std::errc() && stop == end;
  const auto rows = store.list_sites();
  if (!rows) return rows.error();
  for (const auto& row : *rows)
    if (is_number ? row.id == number : row.host == as_host(number_or_host)) return row;
  return not_found("there is no site '" + number_or_host + "'; `sosik site list` shows them");
}

int site_add(const CommandLine& line, const SiteOptions& options) {
  auto opened = open_all(line, true);
  if (!opened.store) return exit_failed;
  SiteRow row;
  apply(options, row);
  return write(line, *opened.config, *opened.store, std::move(row));
}

int site_list(const CommandLine& line) {
  auto opened = open_all(line, false);
  if (!opened.store) return exit_failed;
  const auto rows = opened.store->list_sites();
  if (!rows) return fail(rows.error().detail);
  const auto& main = opened.config->plan.site;
  const SiteDirectory sites(*rows, main, {});
  auto array = nlohmann::ordered_json::array();
  array.push_back({{"site", main_site}, {"title", main.title}, {"public_url", main.public_url}});
  if (!line.as_json)
    print_line("1  " + main.public_url + "  " + main.title + "  (the configuration's)");
  for (const auto& known : sites.all()) {
    const auto& row = known->row;
    if (line.as_json) {
      nlohmann::ordered_json shown = {{"site", row.id}, {"host", row.host}, {"title", row.title}};
      if (known->is_served())
        shown["public_url"] = known->site.public_url;
      else
        shown["problem"] = known->problem;
      array.push_back(std::move(shown));
      continue;
    }
    auto text = std::to_string(row.id) + "  ";
    text += known->is_served() ? known->site.public_url + "  " + row.title
                               : row.host + "  is not served: " + known->problem;
    print_line(text);
  }
  if (line.as_json) print_json(array);
  return exit_ok;
}

int site_set(const CommandLine& line, const std::string& site, const SiteOptions& options) {
  auto opened = open_all(line, false);
  if (!opened.store) return exit_failed;
  auto row = find_site(*opened.store, site);
  if (!row) return fail(row.error().detail);
  apply(options, *row);
  return write(line, *opened.config, *opened.store, *std::move(row));
}

int site_remove(const CommandLine& line, const std::string& site) {
  auto opened = open_all(line, false);
  if (!opened.store) return exit_failed;
  const auto row = find_site(*opened.store, site);
  if (!row) return fail(row.error().detail);
  if (auto done = opened.store->delete_site(row->id); !done) return fail(done.error().detail);
  return show(line, read_site_row(*row), "removed; its posts stay in the store");
}

}  // namespace sosik
