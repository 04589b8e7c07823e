// Atom 1.0 (formats.md section 4).
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "lint_rules.hpp"
#include "lint_shared.hpp"
#include "lint_values.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr auto feed_elements =
    std::to_array<std::string_view>({"author", "category", "contributor", "generator", "icon", "id",
                                     "link", "logo", "rights", "subtitle", "title", "updated"});
constexpr auto entry_elements = std::to_array<std::string_view>(
    {"author", "category", "content", "contributor", "id", "link", "published", "rights", "source",
     "summary", "title", "updated"});
constexpr auto registered = std::to_array<std::string_view>(
    {"alternate", "self", "hub", "enclosure", "related", "via", "replies", "license", "first",
     "last", "previous", "next", "prev-archive", "next-archive", "current", "icon"});

bool holds(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class AtomLint final : public UnitLint {
 public:
  AtomLint(const GateOptions& options, Lint& lint) : options_(options), lint_(lint) {
    feed_.name = "feed";
  }

  void open(const XmlElement& root, std::size_t) override {
    feed_.line = root.line;
    feed_.attributes = root.attributes;
    if (root.name != "feed") lint_.report(root.line, root.name, "F-080", "is where feed belongs");
    const ElementLint lint(lint_, feed_);
    if (!root.find("xml:lang"))
      lint.fault("F-093", "has no xml:lang");
    else
      lint.language(root, root.get("xml:lang"), "F-093");
    if (root.find("xml:base")) lint.fault("F-094", "relies on xml:base");
  }

  void unit(const XmlElement& element) override {
    if (element.name == "entry") {
      ++entries_;
      return entry(element);
    }
    const ElementLint lint(lint_, feed_);
    // A tombstone is no metadata: it may stand anywhere.
    if (element.name == "at:deleted-entry") return tombstone(lint, element);
    if (entries_ > 0) lint.fault(element, "F-080", "stands after the first entry");
    feed_child(lint, element);
    feed_.children.push_back(element);
  }

  void end() override {
    const ElementLint lint(lint_, feed_);
    for (const auto* name : {"title", "id", "updated"}) lint.exactly_one(name, "F-080");
    for (const auto* name : {"subtitle", "rights", "icon", "logo", "generator"})
      lint.at_most_one(name, "F-080");
    links(lint, feed_);
    if (!feed_.child("author"))
      for (const auto& [line, index, id] : without_author_) {
        lint_.enter_entry(index);
        lint_.name_entry(id);
        lint_.report(line, "entry", "F-081", "has no author, nor has the feed");
        lint_.leave_entry();
      }
    std::size_t selves = 0;
    for (const auto& child : feed_.children)
      selves += child.name == "link" && child.get("rel") == "self";
    if (selves != 1)
      lint.fault("F-084", selves == 0 ? "has no link to itself" : "has several links to itself");
    std::optional<std::chrono::sys_seconds> updated;
    if (const auto* date = feed_.child("updated")) updated = lint.date(*date, false, "F-088");
    look_for_future(dates_, updated, lint_);
    history_.end(lint);
  }

 private:
  void feed_child(const ElementLint& lint, const XmlElement& e) {
    shared_child(lint, e);
    if (e.name == "link") {
      history_.see_link(e);
      if (e.get("rel") == "self" && !options_.self.empty() && e.get("href") != options_.self)
        lint.fault(e, "F-084", "self is not the address it is served at, " + options_.self);
    } else if (e.name == "generator") {
      lint.not_blank(e, "F-098");
      if (e.find("uri")) lint.web_url(e, e.get("uri"), "F-098");
    } else if (e.name == "icon" || e.name == "logo") {
      lint.web_url(e, e.text, "F-096");
    } else if (e.name.starts_with("fh:")) {
      history_.see(e);
    } else if (e.name.starts_with("?:")) {
      lint.fault(e, "F-032", "of an unknown namespace");
    } else if (e.name.find(':') == std::string::npos && !holds(feed_elements, e.name)) {
      lint.fault(e, "F-080", "is no element of a feed");
    }
  }

  void tombstone(const ElementLint& lint, const XmlElement& grave) {
    if (!is_absolute_uri(grave.get("ref")))
      lint.fault(grave, "F-102", "its ref is no absolute URI");
    if (const auto checked = check_rfc3339(grave.get("when")); checked.problem)
      lint.fault(grave, "F-102", std::string("its when ") + checked.problem);
    if (!graves_.insert(std::string(grave.get("ref"))).second)
      lint.fault(grave, "F-102", "tells twice of one entry");
  }

  // Elements that mean the same in feed and entry.
  void shared_child(const ElementLint& lint, const XmlElement& e) {
    const std::string_view name = e.name;
    if (name == "title" || name == "subtitle" || name == "rights" || name == "summary") {
      text_construct(lint, e);
    } else if (name == "id") {
      id(lint, e);
    } else if (name == "link") {
      link(lint, e);
    } else if (name == "author" || name == "contributor") {
      person(lint, e);
    } else if (name == "category") {
      if (is_blank(e.get("term"))) lint.fault(e, "F-095", "has no term");
      if (e.find("label") && is_blank(e.get("label"))) lint.fault(e, "F-095", "has a blank label");
      if (e.find("scheme") && !is_absolute_uri(e.get("scheme")))
        lint.fault(e, "F-095", "its scheme is no absolute IRI");
    }
  }

  static void text_construct(const ElementLint& lint, const XmlElement& e) {
    const std::string_view type = e.find("type") ? e.get("type") : "text";
    if (type == "xhtml") return xhtml(lint, e);
    if (type != "text" && type != "html")
      lint.fault(e, "F-090", "has the type '" + std::string(type) + "'");
    if (!e.children.empty()) lint.fault(e, "F-090", "has elements in it");
    lint.not_blank(e, "F-082");
    if (e.name == "title" && type == "text") lint.plain(e, "F-082");
  }
  static void xhtml(const ElementLint& lint, const XmlElement& e) {
    if (e.children.size() != 1 || !e.children.front().name.ends_with(":div"))
      lint.fault(e, "F-090", "is not one xhtml:div");
    lint.fault(e, "F-091", "is xhtml, which we never write");
  }

  void id(const ElementLint& lint, const XmlElement& e) {
    if (!is_absolute_uri(e.text))
      return lint.fault(e, "F-086", "'" + e.text + "' is no absolute ASCII URI");
    if (!is_tag_uri(e.text)) lint.fault(e, "F-002", "'" + e.text + "' is no tag URI");
    for (std::size_t i = e.text.find('%'); i != std::string::npos; i = e.text.find('%', i + 1))
      for (const char c : e.text.substr(i + 1, 2))
        if (c >= 'a' && c <= 'f')
          return lint_.accept(e.line, "id", "F-086",
                              "has escapes in lower case; ids are kept as they were");
  }

  static void link(const ElementLint& lint, const XmlElement& e) {
    if (!e.text.empty() || !e.children.empty()) lint.fault(e, "F-085", "is not empty");
    lint.web_url(e, e.get("href"), "F-085");
    const std::string_view rel = e.find("rel") ? e.get("rel") : "alternate";
    if (!holds(registered, rel) && !is_absolute_uri(rel))
      lint.fault(e, "F-085", "the rel '" + std::string(rel) + "' is not registered");
    if (e.find("type")) lint.media_type(e, e.get("type"), "F-085");
    if (e.get("type") == "application/json")
      lint.fault(e, "F-213", "application/json, where application/feed+json is meant");
    if (e.find("length")) lint.length(e, e.get("length"), "F-099");
    if (rel == "enclosure" && !e.find("type"))
      lint.fault(e, "F-099", "an enclosure without a type");
    if (e.find("thr:count") && !is_number(e.get("thr:count")))
      lint.fault(e, "F-100", "thr:count is no number");
    if (e.find("thr:updated") && check_rfc3339(e.get("thr:updated")).problem)
      lint.fault(e, "F-100", "thr:updated is no date");
    if (e.find("thr:when")) lint.fault(e, "F-100", "thr:when is obsolete");
  }

  static void person(const ElementLint& lint, const XmlElement& e) {
    const auto* name = e.child("name");
    if (!name || is_blank(name->text)) return lint.fault(e, "F-097", "has no name");
    if (holds_address(name->text)) lint.fault(e, "F-097", "its name holds an e-mail address");
    if (const auto* uri = e.child("uri")) lint.web_url(e, uri->text, "F-097");
    if (const auto* email = e.child("email"))
      if (email->text.find('@') == std::string::npos || email->text.find(' ') != std::string::npos)
        lint.fault(e, "F-097", "its e-mail address is none");
  }

  // F-084: of one type and language there is one alternate.
  static void links(const ElementLint& lint, const XmlElement& parent) {
    std::set<std::string> alternates;
    for (const auto& child : parent.children) {
      if (child.name != "link" || (child.find("rel") && child.get("rel") != "alternate")) continue;
      const std::string which =
          std::string(child.get("type")) + "\n" + std::string(child.get("hreflang"));
      if (!alternates.insert(which).second)
        lint.fault(child, "F-084", "is a second alternate of one type and language");
    }
  }

  void entry(const XmlElement& entry) {
    const XmlElement* id = entry.child("id");
    if (id) lint_.name_entry(id->text);
    const ElementLint lint(lint_, entry);
    for (const auto* name : {"title", "id", "updated"}) lint.exactly_one(name, "F-082");
    for (const auto* name : {"published", "content", "summary", "rights", "source"})
      lint.at_most_one(name, "F-082");
    for (const auto& child : entry.children) {
      shared_child(lint, child);
      if (child.name.find(':') == std::string::npos && !holds(entry_elements, child.name))
        lint.fault(child, "F-082", "is no element of an entry");
    }
    if (entry.find("xml:lang")) lint.language(entry, entry.get("xml:lang"), "F-093");
    if (entry.find("xml:base")) lint.fault("F-094", "relies on xml:base");
    links(lint, entry);
    texts(lint, entry);
    moments(lint, entry, id ? id->text : "");
    categories(lint, entry);
    if (!entry.child("author"))
      without_author_.push_back({entry.line, entries_ - 1, id ? id->text : ""});
    if (id && !ids_.insert(id->text).second)
      lint.fault(*id, "F-087", "is also that of an entry before it");
    lint_extensions(lint, entry, true);
  }

  static void texts(const ElementLint& lint, const XmlElement& entry) {
    const XmlElement* content = entry.child("content");
    const bool has_alternate = std::ranges::any_of(entry.children, [](auto& e) {
      return e.name == "link" && (!e.find("rel") || e.get("rel") == "alternate");
    });
    if (!content && !has_alternate)
      lint.fault("F-083", "has neither content nor an alternate link");
    if (!content && !entry.child("summary")) lint.fault("F-083", "has neither content nor summary");
    if (!content) return;
    const auto type = content->find("type") ? content->get("type") : "text";
    if (type == "xhtml") return xhtml(lint, *content);
    if (type != "text" && type != "html")
      lint.fault(*content, "F-092", "has the type '" + std::string(type) + "'");
    if (content->find("src") && !entry.child("summary"))
      lint.fault(*content, "F-083", "lies elsewhere, and there is no summary");
    lint.not_blank(*content, "F-083");
  }

  void moments(const ElementLint& lint, const XmlElement& entry, const std::string& id) {
    std::optional<std::chrono::sys_seconds> published, updated;
    const auto read = [&](const char* name) -> std::optional<std::chrono::sys_seconds> {
      const auto* date = entry.child(name);
      if (!date) return std::nullopt;
      const auto at = lint.date(*date, false, "F-088");
      if (at) dates_.push_back({date->line, entries_ - 1, std::string("entry/") + name, id, *at});
      return at;
    };
    published = read("published");
    updated = read("updated");
    if (published && updated && *updated < *published)
      lint.fault("F-089", "was updated before it was published");
    if (const auto* date = entry.child("updated"); date && !updates_.insert(date->text).second)
      lint.fault(*date, "F-087", "is also the moment of an entry before it");
  }

  static void categories(const ElementLint& lint, const XmlElement& entry) {
    std::set<std::string> terms;
    for (const auto& child : entry.children)
      if (child.name == "category" &&
          !terms.insert(std::string(child.get("term")) + "\n" + std::string(child.get("scheme")))
               .second)
        lint.fault(child, "F-095", "is there twice");
  }

  struct Missing {
    std::size_t line, index;
    std::string id;
  };
  const GateOptions& options_;
  Lint& lint_;
  XmlElement feed_;  // its children but the entries
  std::size_t entries_ = 0;
  std::set<std::string> ids_, updates_, graves_;
  std::vector<Missing> without_author_;
  std::vector<EntryDate> dates_;
  HistoryLint history_;
};

}  // namespace

void lint_atom(std::string_view document, const GateOptions& options, Lint& lint) {
  AtomLint format(options, lint);
  read_units(document, "http://www.w3.org/2005/Atom", 1, options.extensions, format, lint);
}

}  // namespace sosik
