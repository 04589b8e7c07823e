// JSON Feed 1.1 (formats.md section 5), judged by its value.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "lint_rules.hpp"
#include "lint_shared.hpp"
#include "lint_values.hpp"
#include "sosik/base/language_tag.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_depth = 32;

// The quote that ends the string which begins at `from`; a quote behind an odd number of
// backslashes is none.
std::size_t string_end(std::string_view document, std::size_t from) {
  for (auto at = document.find('"', from); at != std::string_view::npos;
       at = document.find('"', at + 1)) {
    std::size_t backslashes = 0;
    while (at - backslashes > from && document[at - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
  }
  return document.size();
}

// Nesting is counted before anything is built of it: a tree is destroyed by recursion.
bool is_too_deep(std::string_view document) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const char c = document[i];
    if (c == '"') {
      i = string_end(document, i + 1);
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

class JsonLint {
 public:
  JsonLint(const GateOptions& options, Lint& lint) : options_(options), lint_(lint) {}

  void read(const Json& feed) {
    if (!feed.is_object() || feed.empty() || feed.begin().key() != "version" ||
        feed.front() != "https://jsonfeed.org/version/1.1")
      return fault("version", "F-110", "does not begin with the version of JSON Feed 1.1");
    if (!feed.contains("title")) fault("title", "F-110", "is not there");
    if (const Json* title = string(feed, "", "title")) {
      if (is_blank(title->get_ref<const std::string&>())) fault("title", "F-110", "is blank");
      plain(*title, "title");
    }
    url(feed, "", "home_page_url", "F-111");
    url(feed, "", "feed_url", "F-111");
    for (const auto* name : {"home_page_url", "feed_url"})
      if (!feed.contains(name)) fault(name, "F-111", "is not there");
    if (!options_.self.empty() && feed.value("feed_url", Json("")) != options_.self)
      fault("feed_url", "F-111", "is not the address it is served at, " + options_.self);
    for (const auto* name : {"icon", "favicon"}) url(feed, "", name, "F-123");
    url(feed, "", "next_url", "F-119");
    if (const auto next = feed.find("next_url");
        next != feed.end() && next->is_string() && *next == feed.value("feed_url", Json("")))
      fault("next_url", "F-119", "leads to this document again (H-206)");
    string(feed, "", "description");
    string(feed, "", "user_comment");
    language(feed, "");
    authors(feed, "");
    hubs(feed);
    if (const auto expired = feed.find("expired"); expired != feed.end() && !expired->is_boolean())
      fault("expired", "F-119", "is neither true nor false");
    for (const auto& [key, value] : feed.items())
      if (key != "items") member(key, value, "");
    const auto items = feed.find("items");
    if (items == feed.end() || !items->is_array()) return fault("items", "F-110", "is no array");
    for (std::size_t i = 0; i < items->size(); ++i) {
      lint_.enter_entry(i);
      item((*items)[i], "items[" + std::to_string(i) + "]");
      lint_.leave_entry();
    }
  }

 private:
  void fault(std::string where, std::string_view rule, std::string reason) {
    lint_.report(0, std::move(where), rule, std::move(reason));
  }
  static std::string in(const std::string& where, std::string_view name) {
    return where.empty() ? std::string(name) : where + "." + std::string(name);
  }

  // The member if it is there; reports, and gives nothing, when it is no string.
  const Json* string(const Json& object, const std::string& where, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return nullptr;
    if (found->is_string()) return &*found;
    fault(in(where, name), "F-122", "is no string");
    return nullptr;
  }
  void url(const Json& object, const std::string& where, const char* name, std::string_view rule) {
    const Json* value = string(object, where, name);
    if (value && !is_web_url(value->get_ref<const std::string&>()))
      fault(in(where, name), rule, "is no absolute ASCII URL of http or https");
  }
  void plain(const Json& text, const std::string& where) {
    if (holds_markup(text.get_ref<const std::string&>())) fault(where, "F-113", "holds markup");
  }
  void language(const Json& object, const std::string& where) {
    if (const Json* tag = string(object, where, "language"))
      if (auto problem = language_problem(tag->get_ref<const std::string&>()); !problem.empty())
        fault(in(where, "language"), "F-118", std::move(problem));
  }
  void date(const Json& object, const std::string& where, const char* name) {
    const Json* text = string(object, where, name);
    if (!text) return;
    const DateCheck checked = check_rfc3339(text->get_ref<const std::string&>());
    if (checked.problem) fault(in(where, name), "F-114", checked.problem);
  }

  void author(const Json& value, const std::string& where) {
    if (!value.is_object() ||
        (!value.contains("name") && !value.contains("url") && !value.contains("avatar")))
      return fault(where, "F-115", "has neither name nor url nor avatar");
    string(value, where, "name");
    url(value, where, "url", "F-115");
    url(value, where, "avatar", "F-115");
  }
  void authors(const Json& object, const std::string& where) {
    if (const auto one = object.find("author"); one != object.end())
      author(*one, in(where, "author"));
    const auto list = object.find("authors");
    if (list == object.end()) return;
    if (!list->is_array() || list->empty())
      return fault(in(where, "authors"), "F-115", "is no list of authors");
    for (const auto& one : *list) author(one, in(where, "authors"));
  }
  void hubs(const Json& feed) {
    const auto list = feed.find("hubs");
    if (list == feed.end()) return;
    if (!list->is_array()) return fault("hubs", "F-117", "is no array");
    for (const auto& hub : *list) {
      if (!hub.is_object() || !string(hub, "hubs", "type") || !string(hub, "hubs", "url"))
        fault("hubs", "F-117", "one has no type and url");
      else
        url(hub, "hubs", "url", "F-117");
    }
  }

  void item(const Json& item, const std::string& where) {
    if (!item.is_object()) return fault(where, "F-112", "is no object");
    const Json* id = string(item, where, "id");
    if (!id) {
      if (!item.contains("id")) fault(where, "F-112", "has no id");
    } else {
      const auto& text = id->get_ref<const std::string&>();
      lint_.name_entry(text);
      if (is_blank(text)) fault(in(where, "id"), "F-112", "is blank");
      if (!ids_.insert(text).second)
        fault(in(where, "id"), "F-112", "is also that of an item before it");
    }
    for (const auto* name : {"url", "external_url", "image", "banner_image"})
      url(item, where, name, name[0] == 'u' || name[0] == 'e' ? "F-004" : "F-123");
    if (const Json* title = string(item, where, "title")) {
      if (is_blank(title->get_ref<const std::string&>()))
        fault(in(where, "title"), "F-122", "is blank, not absent");
      plain(*title, in(where, "title"));
    }
    string(item, where, "summary");
    const bool has_html = string(item, where, "content_html") != nullptr;
    const bool has_text = string(item, where, "content_text") != nullptr;
    if (!has_html && !has_text) fault(where, "F-113", "has neither content_html nor content_text");
    date(item, where, "date_published");
    date(item, where, "date_modified");
    language(item, where);
    authors(item, where);
    tags(item, where);
    attachments(item, where);
    walk(item, where);
  }
  void tags(const Json& item, const std::string& where) {
    const auto list = item.find("tags");
    if (list == item.end()) return;
    if (!list->is_array()) return fault(in(where, "tags"), "F-123", "is no array");
    for (const auto& tag : *list)
      if (!tag.is_string() || is_blank(tag.get_ref<const std::string&>()))
        fault(in(where, "tags"), "F-123", "one is no text");
  }
  void attachments(const Json& item, const std::string& where) {
    const auto list = item.find("attachments");
    if (list == item.end()) return;
    const std::string here = in(where, "attachments");
    if (!list->is_array()) return fault(here, "F-116", "is no array");
    for (const auto& one : *list) {
      if (!one.is_object()) {
        fault(here, "F-116", "one is no object");
        continue;
      }
      const Json* type = string(one, here, "mime_type");
      if (!one.contains("url") || !type)
        fault(here, "F-116", "one has no url or no mime_type");
      else if (!is_media_type(type->get_ref<const std::string&>()))
        fault(here, "F-116", "the mime_type of one is no media type");
      url(one, here, "url", "F-116");
      for (const auto* number : {"size_in_bytes", "duration_in_seconds"})
        if (const auto found = one.find(number);
            found != one.end() && (!found->is_number() || found->get<double>() < 0))
          fault(here, "F-116", std::string(number) + " is no number");
    }
  }

  // Rules for every value: no null, no dot in a name, no doubtful characters.
  void walk(const Json& value, const std::string& where) {
    if (value.is_null()) return fault(where, "F-122", "is null, not absent");
    if (value.is_string()) {
      if (holds_doubtful(value.get_ref<const std::string&>()))
        fault(where, "F-023", "holds a control character or U+FFFD");
    } else if (value.is_array()) {
      for (const auto& element : value) walk(element, where);
    } else if (value.is_object()) {
      for (const auto& [key, inner] : value.items()) member(key, inner, where);
    }
  }
  void member(const std::string& key, const Json& value, const std::string& where) {
    if (key.starts_with('_') && (key.size() < 2 || key.find('.') != std::string::npos))
      fault(in(where, key), "F-120", "is no name of an extension");
    walk(value, in(where, key));
  }

  const GateOptions& options_;
  Lint& lint_;
  std::set<std::string> ids_;
};

}  // namespace

void lint_json_feed(std::string_view document, const GateOptions& options, Lint& lint) {
  if (!document.starts_with('{'))  // nor a BOM
    return lint.report(0, "document", "F-121", "does not begin with an object");
  if (is_too_deep(document)) return lint.report(0, "document", "F-121", "nested too deeply");
  const auto feed = Json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (feed.is_discarded())
    return lint.report(0, "document", "F-121", is_valid_utf8(document) ? "not JSON" : "not UTF-8");
  JsonLint(options, lint).read(feed);
}

}  // namespace sosik
