#include "yaml_value.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace sosik {
namespace {

constexpr std::size_t max_depth = 16;

struct Refusal : std::runtime_error {
  Refusal(std::size_t in_line, const std::string& reason)
      : std::runtime_error(reason), line(in_line) {}
  std::size_t line;
};

bool is_null(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

// Builds the tree from yaml-cpp's events. Its own tree would not do: it keeps duplicate keys
// without a word, and shares what aliases name.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::size_t first_line) : first_line_(first_line) {}
  YamlValue take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal(line_of(mark), "an alias (*name) is not allowed in front matter");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, YamlKind::null);
    finish();
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool is_plain = tag == "?";
    YamlValue& value =
        add(mark, anchor, is_plain && is_null(text) ? YamlKind::null : YamlKind::text);
    value.is_plain = is_plain;
    value.text = text;
    finish();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, anchor, YamlKind::list);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, anchor, YamlKind::map);
  }
  void OnMapEnd() override { end(); }

 private:
  std::size_t line_of(const YAML::Mark& mark) const {
    return first_line_ + static_cast<std::size_t>(std::max(mark.line, 0));
  }

  // Keys arrive as values do; `keys_` holds the one that waits for its value, for each open map.
  YamlValue& add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlKind kind) {
    const std::size_t line = line_of(mark);
    if (anchor != YAML::NullAnchor)
      throw Refusal(line, "an anchor (&name) is not allowed in front matter");
    if (open_.size() > max_depth) throw Refusal(line, "nested more than 16 levels deep");
    YamlValue value;
    value.kind = kind;
    value.line = line;
    if (open_.empty()) return root_ = std::move(value);
    YamlValue& parent = *open_.back();
    if (parent.kind == YamlKind::list) return parent.items.emplace_back(std::move(value));
    if (is_key_next_.back()) return key_ = std::move(value);
    return parent.fields.back().value = std::move(value);
  }

  // A scalar that was just added is complete: as a key it opens a field, as a value it ends one.
  void finish() {
    if (open_.empty() || open_.back()->kind != YamlKind::map) return;
    if (is_key_next_.back()) open_field();
    is_key_next_.back() = !is_key_next_.back();
  }

  void open_field() {
    auto& fields = open_.back()->fields;
    const auto same = std::find_if(fields.begin(), fields.end(),
                                   [&](const auto& field) { return field.key == key_.text; });
    if (same != fields.end())
      throw Refusal(key_.line, "'" + key_.text + "' is here twice, first in line " +
                                   std::to_string(same->value.line));
    YamlValue nothing;
    nothing.line = key_.line;
    fields.push_back({key_.text, std::move(nothing)});
  }

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor, YamlKind kind) {
    if (!open_.empty() && open_.back()->kind == YamlKind::map && is_key_next_.back())
      throw Refusal(line_of(mark), "a key must be a word");
    YamlValue& value = add(mark, anchor, kind);
    // Stays put while it is open: its parent gets no other child until then.
    open_.push_back(&value);
    is_key_next_.push_back(true);
  }

  void end() {
    open_.pop_back();
    is_key_next_.pop_back();
    if (!open_.empty() && open_.back()->kind == YamlKind::map) is_key_next_.back() = true;
  }

  std::size_t first_line_;
  YamlValue root_, key_;
  std::vector<YamlValue*> open_;
  std::vector<bool> is_key_next_;
};

}  // namespace

Error error_in_line(std::size_t line, std::string_view reason) {
  return invalid(std::to_string(line) + ": " + std::string(reason));
}

Result<YamlValue> parse_yaml(std::string_view yaml, std::size_t first_line) {
  std::istringstream in{std::string(yaml)};
  Builder builder(first_line);
  try {
    YAML::Parser parser(in);
    parser.HandleNextDocument(builder);
    return builder.take();
  } catch (const Refusal& refusal) {
    return error_in_line(refusal.line, refusal.what());
  } catch (const YAML::Exception& e) {
    const std::size_t line =
        e.mark.is_null() ? 0 : static_cast<std::size_t>(std::max(e.mark.line, 0));
    return error_in_line(first_line + line, "not YAML: " + e.msg);
  }
}

}  // namespace sosik
