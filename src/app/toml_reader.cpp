#include "toml_reader.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string line_of(const std::filesystem::path& file, std::size_t number) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  while (number > 0 && std::getline(in, line)) --number;
  return line;
}

}  // namespace

struct TomlTable::State {
  std::shared_ptr<const toml::table> root;  // keeps the document alive
  const toml::table* table = nullptr;
  std::string file;
  std::string path;  // "publish.webhook"; empty at the top
  Problems* problems = nullptr;
  std::vector<std::string> asked;

  const toml::node* find(std::string_view key) {
    if (std::find(asked.begin(), asked.end(), key) == asked.end()) asked.emplace_back(key);
    return table->get(key);
  }
  std::string name(std::string_view key) const {
    return path.empty() ? std::string(key) : path + '.' + std::string(key);
  }
  void report(const toml::source_region& where, std::string_view text) {
    problems->push_back(file + ':' + std::to_string(where.begin.line) + ": " + std::string(text));
  }
  void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    report(node.source(), name(key) + " must be " + std::string(wanted));
  }
};

TomlTable::TomlTable(std::unique_ptr<State> state) : state_(std::move(state)) {}
TomlTable::TomlTable(TomlTable&&) noexcept = default;
TomlTable::~TomlTable() = default;

TomlTable TomlTable::from_file(const std::filesystem::path& file, Problems& problems) {
  auto state = std::make_unique<State>();
  state->file = file.string();
  state->problems = &problems;
  auto root = std::make_shared<toml::table>();
  std::error_code ec;
  // Looked at before it is opened: opening a pipe waits for its writer.
  const auto kind = std::filesystem::status(file, ec).type();
  const bool is_other = kind != std::filesystem::file_type::regular &&
                        kind != std::filesystem::file_type::not_found &&
                        kind != std::filesystem::file_type::none;
  const auto size = is_other ? 0 : std::filesystem::file_size(file, ec);
  std::ifstream in;
  if (!is_other && !ec) in.open(file, std::ios::binary);
  if (is_other) {
    problems.push_back(state->file + ": not a regular file but a folder, a pipe or a device");
  } else if (ec || !in) {
    problems.push_back(state->file + ": cannot read it: " +
                       (ec ? ec.message() : std::string("permission denied")));
  } else if (size > (1 << 20)) {
    problems.push_back(state->file + ": larger than 1 MiB, which no configuration of ours is");
  } else {
    try {
      *root = toml::parse(in, state->file);
    } catch (const toml::parse_error& error) {
      std::string why = "not TOML: " + std::string(error.description());
      if (has_full_width_digit(line_of(file, error.source().begin.line)))
        why.append("; it holds ").append(why_no_full_width_digits);  // K-086
      state->report(error.source(), why);
    }
  }
  state->root = root;
  state->table = root.get();
  return TomlTable(std::move(state));
}

std::string TomlTable::text(std::string_view key, std::string_view otherwise) {
  const auto* node = state_->find(key);
  if (!node) return std::string(otherwise);
  if (const auto* value = node->as_string()) return value->get();
  state_->wrong_type(*node, key, "a string in quotes");
  return std::string(otherwise);
}

std::string TomlTable::choice(std::string_view key, std::string_view otherwise,
                              const std::vector<std::string_view>& allowed) {
  auto value = text(key, otherwise);
  if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
  std::vector<std::string> quoted;
  for (auto word : allowed) quoted.push_back('"' + std::string(word) + '"');
  problem(key, state_->name(key) + " is \"" + value + "\"; allowed: " + join(quoted));
  return std::string(otherwise);
}

std::int64_t TomlTable::integer(std::string_view key, std::int64_t otherwise, std::int64_t min,
                                std::int64_t max) {
  const auto* node = state_->find(key);
  if (!node) return otherwise;
  const auto* value = node->as_integer();
  if (!value) {
    const auto* text = node->as_string();
    const bool is_full_width = text != nullptr && has_full_width_digit(text->get());
    state_->wrong_type(*node, key,
                       is_full_width
                           ? "a whole number, not in " + std::string(why_no_full_width_digits)
                           : "a whole number");
    return otherwise;
  }
  if (value->get() >= min && value->get() <= max) return value->get();
  state_->report(node->source(), state_->name(key) + " is " + std::to_string(value->get()) +
                                     "; allowed: " + std::to_string(min) + " to " +
                                     std::to_string(max));
  return otherwise;
}

bool TomlTable::flag(std::string_view key, bool otherwise) {
  const auto* node = state_->find(key);
  if (!node) return otherwise;
  if (const auto* value = node->as_boolean()) return value->get();
  state_->wrong_type(*node, key, "true or false");
  return otherwise;
}

std::vector<std::string> TomlTable::texts(std::string_view key,
                                          std::vector<std::string> otherwise) {
  const auto* node = state_->find(key);
  if (!node) return otherwise;
  const auto* array = node->as_array();
  if (!array) {
    state_->wrong_type(*node, key, "a list of strings, such as [\"a\", \"b\"]");
    return otherwise;
  }
  std::vector<std::string> values;
  for (const auto& element : *array) {
    if (const auto* value = element.as_string()) {
      values.push_back(value->get());
    } else {
      state_->wrong_type(element, key, "a list of strings only");
    }
  }
  return values;
}

std::vector<std::string> TomlTable::text_or_texts(std::string_view key,
                                                  std::vector<std::string> otherwise) {
  const auto* node = state_->find(key);
  if (node && node->is_string()) return {text(key)};
  return texts(key, std::move(otherwise));
}

std::vector<std::pair<std::string, std::string>> TomlTable::pairs(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> values;
  const auto* node = state_->find(key);
  if (!node) return values;
  const auto* found = node->as_table();
  if (!found) {
    state_->wrong_type(*node, key, "a table of strings, such as { Name = \"value\" }");
    return values;
  }
  for (const auto& [name, value] : *found) {
    if (const auto* text = value.as_string())
      values.emplace_back(name.str(), text->get());
    else
      state_->wrong_type(value, key, "a table of strings only");
  }
  return values;
}

void TomlTable::table(std::string_view key, const std::function<void(TomlTable&)>& read) {
  const auto* node = state_->find(key);
  static const toml::table nothing;
  const auto* found = node ? node->as_table() : &nothing;
  if (!found) {
    state_->wrong_type(*node, key, "a table, [" + state_->name(key) + "]");
    return;
  }
  auto sub = std::make_unique<State>();
  sub->root = state_->root;
  sub->table = found;
  sub->file = state_->file;
  sub->path = state_->name(key);
  sub->problems = state_->problems;
  TomlTable child(std::move(sub));
  read(child);
  child.finish();
}

void TomlTable::tables(std::string_view key, const std::function<void(TomlTable&)>& read) {
  const auto* node = state_->find(key);
  if (!node) return;
  const auto* array = node->as_array();
  if (!array || !array->is_array_of_tables()) {
    state_->wrong_type(*node, key, "one or more tables, [[" + state_->name(key) + "]]");
    return;
  }
  for (const auto& element : *array) {
    auto sub = std::make_unique<State>();
    sub->root = state_->root;
    sub->table = element.as_table();
    sub->file = state_->file;
    sub->path = state_->name(key);
    sub->problems = state_->problems;
    TomlTable child(std::move(sub));
    read(child);
    child.finish();
  }
}

void TomlTable::problem(std::string_view key, std::string_view text) {
  const auto* node = state_->table->get(key);
  state_->report(node ? node->source() : state_->table->source(), text);
}

void TomlTable::finish() {
  for (const auto& [key, node] : *state_->table) {
    if (std::find(state_->asked.begin(), state_->asked.end(), key.str()) != state_->asked.end())
      continue;
    state_->report(key.source(), "unknown key '" + state_->name(key.str()) +
                                     "'; allowed here: " + join(state_->asked));
  }
}

}  // namespace sosik
