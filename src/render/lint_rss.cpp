// RSS 2.0 (formats.md section 3).
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

constexpr auto channel_once = std::to_array<std::string_view>(
    {"title", "link", "description", "language", "copyright", "managingEditor", "webMaster",
     "pubDate", "lastBuildDate", "generator", "docs", "cloud", "ttl", "image", "skipHours",
     "skipDays"});
constexpr auto item_once =
    std::to_array<std::string_view>({"title", "link", "description", "author", "comments",
                                     "enclosure", "guid", "pubDate", "source", "content:encoded"});
// Two words for one thing in one item or channel (F-059).
constexpr auto synonyms =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"pubDate", "dc:date"},
                                                                  {"pubDate", "atom:published"},
                                                                  {"category", "dc:subject"},
                                                                  {"guid", "atom:id"},
                                                                  {"language", "dc:language"},
                                                                  {"copyright", "dc:rights"},
                                                                  {"author", "dc:creator"}});

bool holds(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class RssLint final : public UnitLint {
 public:
  RssLint(const GateOptions& options, Lint& lint) : options_(options), lint_(lint) {}

  void open(const XmlElement& element, std::size_t depth) override {
    const std::string_view wanted = depth == 0 ? "rss" : "channel";
    if (element.name != wanted)
      lint_.report(element.line, element.name, "F-040",
                   "is where " + std::string(wanted) + " belongs");
    if (depth == 0 && element.get("version") != "2.0")
      lint_.report(element.line, element.name, "F-040", "the version is not 2.0");
    if (depth != 1) return;
    if (++channels_ > 1)
      lint_.report(element.line, element.name, "F-040", "there is more than one channel");
    channel_.name = "channel";
    channel_.line = element.line;
  }

  void unit(const XmlElement& element) override {
    if (element.name == "item") {
      ++items_;
      return item(element);
    }
    const ElementLint lint(lint_, channel_);
    if (items_ > 0) lint.fault(element, "F-042", "stands after the first item");
    channel_child(lint, element);
    channel_.children.push_back(element);
  }

  void end() override {
    const ElementLint lint(lint_, channel_);
    if (channels_ == 0) lint_.report(0, "rss", "F-040", "there is no channel");
    for (const auto name : {"title", "link", "description"}) lint.exactly_one(name, "F-041");
    for (const auto name : channel_once) lint.at_most_one(name, "F-041");
    look_for_synonyms(lint, channel_);
    self(lint);
    image(lint);
    dates(lint);
    history_.end(lint);
  }

 private:
  void channel_child(const ElementLint& lint, const XmlElement& e) {
    const std::string_view name = e.name;
    if (name == "title" || name == "copyright" || name == "generator" || name == "description") {
      lint.plain(e, "F-041");
    } else if (name == "link") {
      lint.web_url(e, e.text, "F-041");
    } else if (name == "language") {
      lint.language(e, e.text, "F-045");
    } else if (name == "docs") {
      if (e.text != "http://www.rssboard.org/rss-specification")
        lint.fault(e, "F-046", "is not the address of the specification");
    } else if (name == "managingEditor" || name == "webMaster") {
      if (!is_mail_with_name(e.text)) lint.fault(e, "F-047", "is not 'user@host (Real Name)'");
    } else if (name == "ttl") {
      if (!is_number(e.text) || e.text.find_first_not_of('0') == std::string::npos)
        lint.fault(e, "F-049", "is no positive number of minutes");
    } else if (name == "cloud") {
      cloud(lint, e);
    } else if (name == "category") {
      category(lint, e);
    } else if (name == "skipHours" || name == "skipDays") {
      skipped(lint, e);
    } else if (name == "textInput" || name == "rating") {
      lint.fault(e, "F-053", "is to be avoided");
    } else if (name == "sy:updatePeriod") {
      constexpr auto periods =
          std::to_array<std::string_view>({"hourly", "daily", "weekly", "monthly", "yearly"});
      if (!holds(periods, e.text)) lint.fault(e, "F-130", "is no period");
    } else if (name == "sy:updateFrequency") {
      if (!is_number(e.text) || e.text == "0") lint.fault(e, "F-130", "is no positive number");
    } else if (name == "atom:link") {
      atom_link(lint, e);
    } else if (name.starts_with("fh:")) {
      history_.see(e);
    } else if (name.starts_with("?:")) {
      lint.fault(e, "F-032", "of an unknown namespace");
    } else if (name.find(':') == std::string_view::npos && !holds(channel_once, name)) {
      lint.fault(e, "F-041", "is no element of a channel");
    }
  }

  void atom_link(const ElementLint& lint, const XmlElement& link) {
    lint.web_url(link, link.get("href"), "F-043");
    if (!link.text.empty() || !link.children.empty()) lint.fault(link, "F-085", "is not empty");
    if (!link.find("rel")) lint.fault(link, "F-043", "has no rel");
    history_.see_link(link);
    if (link.get("rel") != "self") return;
    ++selves_;
    if (!options_.self.empty() && link.get("href") != options_.self)
      lint.fault(link, "F-043", "self is not the address it is served at, " + options_.self);
    if (link.get("type") != "application/rss+xml")
      lint.fault(link, "F-043", "self has not the type application/rss+xml");
  }
  void self(const ElementLint& lint) const {
    if (selves_ == 0) lint.fault("F-043", "has no atom:link to itself");
    if (selves_ > 1) lint.fault("F-043", "has several atom:link to itself");
  }

  static void cloud(const ElementLint& lint, const XmlElement& cloud) {
    for (const auto* name : {"domain", "path", "registerProcedure", "protocol"})
      if (cloud.get(name).empty()) lint.fault(cloud, "F-050", "has no " + std::string(name));
    if (!is_number(cloud.get("port")) || cloud.get("port") == "0")
      lint.fault(cloud, "F-050", "has no port");
  }
  static void category(const ElementLint& lint, const XmlElement& category) {
    lint.plain(category, "F-064");
    if (category.find("domain") && !is_absolute_uri(category.get("domain")))
      lint.fault(category, "F-064", "its domain is no absolute URI");
  }
  static void skipped(const ElementLint& lint, const XmlElement& skip) {
    constexpr auto days = std::to_array<std::string_view>(
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});
    std::set<std::string> seen;
    for (const auto& child : skip.children) {
      const bool is_hour =
          is_number(child.text) && child.text.size() <= 2 && std::stoi(child.text) < 24;
      const bool is_right = skip.name == "skipHours" ? is_hour : holds(days, child.text);
      if (!is_right) lint.fault(skip, "F-052", "'" + child.text + "' is none");
      if (!seen.insert(child.text).second) lint.fault(skip, "F-052", "names one twice");
    }
  }

  void image(const ElementLint& lint) const {
    const XmlElement* image = channel_.child("image");
    if (!image) return;
    const auto text_of = [](const XmlElement& parent, std::string_view name) {
      const auto* child = parent.child(name);
      return child ? std::string_view(child->text) : std::string_view();
    };
    for (const auto* name : {"url", "title", "link"})
      if (!image->child(name)) lint.fault(*image, "F-051", "has no " + std::string(name));
    const auto url = text_of(*image, "url");
    lint.web_url(*image, url, "F-051");
    const auto path = url.substr(0, url.find_first_of("?#"));
    constexpr auto extensions = std::to_array<std::string_view>({".jpg", ".jpeg", ".gif", ".png"});
    if (std::ranges::none_of(extensions, [&](auto e) { return path.ends_with(e); }))
      lint.fault(*image, "F-051", "is neither JPEG nor GIF nor PNG by its name");
    for (const auto* name : {"title", "link"})
      if (text_of(*image, name) != text_of(channel_, name))
        lint.fault(*image, "F-051", "its " + std::string(name) + " is not the channel's");
    const auto within = [&](std::string_view name, int most) {
      const auto* size = image->child(name);
      if (size && (!is_number(size->text) || size->text.size() > 3 || std::stoi(size->text) < 1 ||
                   std::stoi(size->text) > most))
        lint.fault(*image, "F-051",
                   "its " + std::string(name) + " is not 1 to " + std::to_string(most));
    };
    within("width", 144);
    within("height", 400);
  }

  void dates(const ElementLint& lint) {
    std::optional<std::chrono::sys_seconds> built, published;
    if (const auto* date = channel_.child("lastBuildDate")) built = lint.date(*date, true, "F-066");
    if (const auto* date = channel_.child("pubDate")) published = lint.date(*date, true, "F-066");
    if (built && published && *published > *built)
      lint.fault("F-048", "its pubDate lies after its lastBuildDate");
    look_for_future(dates_, built, lint_);
  }

  void look_for_synonyms(const ElementLint& lint, const XmlElement& parent) const {
    for (const auto& [core, other] : synonyms)
      if (parent.child(core) && parent.child(other))
        lint.fault(core == "author" ? "F-058" : "F-059",
                   "has both " + std::string(core) + " and " + std::string(other));
  }

  void item(const XmlElement& item) {
    const XmlElement* guid = item.child("guid");
    id_of_item_ = guid ? guid->text : "";
    lint_.name_entry(id_of_item_);
    const ElementLint lint(lint_, item);
    for (const auto name : item_once)
      lint.at_most_one(name, name == "enclosure" ? "F-063" : "F-054");
    if (!item.child("title") && !item.child("description"))
      lint.fault("F-054", "has neither title nor description");
    if (!item.child("pubDate")) lint.fault("F-066", "has no pubDate");
    if (!item.child("link")) lint.fault("F-055", "has no link");
    look_for_synonyms(lint, item);
    look_at_order(lint, item);
    for (const auto& child : item.children) item_child(lint, child);
    this->guid(lint, guid);
    lint_extensions(lint, item, channel_.child("lastBuildDate") != nullptr);
  }

  // F-060; a content without a description before it.
  static void look_at_order(const ElementLint& lint, const XmlElement& item) {
    for (const auto& child : item.children) {
      if (child.name == "description") return;
      if (child.name == "content:encoded")
        return lint.fault(child, "F-060", "has no description before it");
    }
  }

  void item_child(const ElementLint& lint, const XmlElement& e) {
    const std::string_view name = e.name;
    if (name == "title") {
      lint.plain(e, "F-054");
    } else if (name == "description" || name == "content:encoded") {
      lint.not_blank(e, "F-054");
    } else if (name == "link" || name == "comments") {
      lint.web_url(e, e.text, "F-055");
    } else if (name == "category") {
      category(lint, e);
    } else if (name == "author") {
      if (!is_mail_with_name(e.text)) lint.fault(e, "F-058", "is not 'user@host (Real Name)'");
    } else if (name == "dc:creator") {
      lint.plain(e, "F-214");
    } else if (name == "enclosure") {
      lint.web_url(e, e.get("url"), "F-063");
      lint.length(e, e.get("length"), "F-063");
      lint.media_type(e, e.get("type"), "F-063");
    } else if (name == "source") {
      lint.web_url(e, e.get("url"), "F-065");
    } else if (name == "pubDate") {
      if (const auto at = lint.date(e, true, "F-066"))
        dates_.push_back({e.line, items_ - 1, "item/pubDate", id_of_item_, *at});
    } else if (name == "atom:link") {
      lint.web_url(e, e.get("href"), "F-055");
    } else if (name.find(':') == std::string_view::npos && name != "guid") {
      lint.fault(e, "F-054", "is no element of an item");
    }
  }

  void guid(const ElementLint& lint, const XmlElement* guid) {
    if (!guid) return lint.fault("F-056", "has no guid");
    const std::string_view text = guid->text;
    lint.not_blank(*guid, "F-056");
    if (!guids_.insert(guid->text).second)
      lint.fault(*guid, "F-056", "is also that of an item before it");
    const auto permalink = guid->find("isPermaLink") ? guid->get("isPermaLink") : "true";
    if (permalink != "true" && permalink != "false")
      lint.fault(*guid, "F-056", "isPermaLink is neither true nor false");
    if (permalink == "true" && !is_web_url(text))
      lint.fault(*guid, "F-056", "is said to be a permalink and is none");
    if (is_number(text) && text.size() < 9)
      lint_.accept(guid->line, "item/guid", "F-056",
                   "is a short number; ids are kept as they were");
  }

  const GateOptions& options_;
  Lint& lint_;
  XmlElement channel_;  // its children but the items
  std::size_t channels_ = 0, items_ = 0, selves_ = 0;
  std::string id_of_item_;
  std::set<std::string> guids_;
  std::vector<EntryDate> dates_;
  HistoryLint history_;
};

}  // namespace

void lint_rss(std::string_view document, const GateOptions& options, Lint& lint) {
  RssLint format(options, lint);
  read_units(document, "", 2, options.extensions, format, lint);
}

}  // namespace sosik
