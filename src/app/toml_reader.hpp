// Reads TOML against a schema that is the reading code itself: every key that is asked for is
// allowed, every other is a problem; so are wrong types and values out of range. Problems collect,
// each with file and line, so that an operator sees all of them at once. toml++ lives behind this
// header.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik {

using Problems = std::vector<std::string>;  // "conf/sosik.toml:12: ..."

class TomlTable {
 public:
  // An empty table, and a problem, when the file cannot be read or is not TOML.
  static TomlTable from_file(const std::filesystem::path& file, Problems& problems);
  ~TomlTable();
  TomlTable(TomlTable&&) noexcept;

  std::string text(std::string_view key, std::string_view otherwise = {});
  // One of `allowed`; the problem lists them.
  std::string choice(std::string_view key, std::string_view otherwise,
                     const std::vector<std::string_view>& allowed);
  std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t min,
                       std::int64_t max);
  bool flag(std::string_view key, bool otherwise);
  std::vector<std::string> texts(std::string_view key, std::vector<std::string> otherwise = {});
  // A list, or one string that stands for a list of one.
  std::vector<std::string> text_or_texts(std::string_view key, std::vector<std::string> otherwise);
  // A sub-table of strings under names of the operator's choice, in order of the names.
  std::vector<std::pair<std::string, std::string>> pairs(std::string_view key);
  // Calls `read` with the sub-table if there is one (for the second form: with each of an array of
  // tables), then `finish`.
  void table(std::string_view key, const std::function<void(TomlTable&)>& read);
  void tables(std::string_view key, const std::function<void(TomlTable&)>& read);

  // Reports a problem at the line of `key`, or of the table when the key is not there.
  void problem(std::string_view key, std::string_view text);
  // Reports every key that was not asked for, with those that are allowed here.
  void finish();

 private:
  struct State;
  explicit TomlTable(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};

}  // namespace sosik
