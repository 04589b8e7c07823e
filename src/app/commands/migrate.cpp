// `sosik migrate`: the store's schema brought up to date; with --from and --to a whole store copied
// into another one (sosik/store/store_copy.hpp). For that no configuration is needed.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "sosik/store/store_copy.hpp"

namespace sosik {
namespace {

void print_as_json(const MigrateOptions& options, const StoreCopy& copy) {
  auto tables = nlohmann::ordered_json::array();
  for (const TableCopy& table : copy.tables)
    tables.push_back({{"table", table.name},
                      {"rows", table.rows},
                      {"sha256", table.sha256},
                      {"escaped", table.escaped}});
  print_json({{"from", shown_store(options.from)},
              {"to", shown_store(options.to)},
              {"tables", std::move(tables)},
              {"left_behind", copy.left_behind},
              {"deliveries_in_flight", copy.deliveries_in_flight}});
}

void print_as_table(const MigrateOptions& options, const StoreCopy& copy) {
  std::size_t name_width = std::string_view("table").size();
  std::size_t rows_width = std::string_view("rows").size();
  std::int64_t rows = 0;
  for (const TableCopy& table : copy.tables) {
    name_width = std::max(name_width, table.name.size());
    rows_width = std::max(rows_width, std::to_string(table.rows).size());
    rows += table.rows;
  }
  const auto print_row = [&](const std::string& name, const std::string& count,
                             const std::string& hash) {
    print_line(name + std::string(name_width - name.size() + 2, ' ') +
               std::string(rows_width - count.size(), ' ') + count + "  " + hash);
  };
  print_row("table", "rows", "sha256");
  for (const TableCopy& table : copy.tables)
    print_row(table.name, std::to_string(table.rows), table.sha256);
  print_line(shown_store(options.to) + " holds what " + shown_store(options.from) +
             " held: " + std::to_string(rows) + " rows, read back and the same");
  const auto endpoints = std::ranges::find(copy.tables, "endpoints", &TableCopy::name);
  if (endpoints != copy.tables.end() && endpoints->rows > 0)
    print_line("set admin.key_file to the key of before: the secrets of endpoints come from it");
  for (const TableCopy& table : copy.tables)
    if (table.escaped > 0)
      print_line("escaped: in " + std::to_string(table.escaped) + " rows of " + table.name +
                 " the keys of posts that are gone were not UTF-8");
  for (const std::string& table : copy.left_behind)
    print_line("not copied: the table " + table + " of another program");
  if (copy.deliveries_in_flight > 0)
    print_line("in flight when it was copied: " + std::to_string(copy.deliveries_in_flight) +
               " deliveries, which the new store makes again when their lease ends");
}

int copy_to_another(const CommandLine& line, const MigrateOptions& options) {
  const auto copy = copy_store(options.from, options.to);
  if (!copy) return fail(copy.error().detail);
  line.as_json ? print_as_json(options, *copy) : print_as_table(options, *copy);
  return exit_ok;
}

}  // namespace

int migrate(const CommandLine& line, const MigrateOptions& options) {
  if (!options.from.empty()) return copy_to_another(line, options);
  auto config = load_or_complain(line);
  if (!config || !open_or_complain(line, *config)) return exit_failed;
  print_line(shown_store(config->store_url) + ": the schema is up to date");
  return exit_ok;
}

}  // namespace sosik
