// Rules that RSS and Atom share, on elements.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xml_units.hpp"

namespace sosik {

// Reports against one element of the piece that is looked at.
class ElementLint {
 public:
  ElementLint(Lint& lint, const XmlElement& parent) : lint_(lint), parent_(parent) {}

  void fault(const XmlElement& at, std::string_view rule, std::string reason) const;
  void fault(std::string_view rule, std::string reason) const;  // of the parent itself

  // How often elements may occur among the parent's children.
  void exactly_one(std::string_view name, std::string_view rule) const;
  void at_most_one(std::string_view name, std::string_view rule) const;
  // Text that is there and says something, without markup where it is plain.
  void not_blank(const XmlElement&, std::string_view rule) const;
  void plain(const XmlElement&, std::string_view rule) const;
  void web_url(const XmlElement&, std::string_view url, std::string_view rule) const;
  void language(const XmlElement&, std::string_view tag, std::string_view rule) const;
  void media_type(const XmlElement&, std::string_view type, std::string_view rule) const;
  void length(const XmlElement&, std::string_view bytes, std::string_view rule) const;
  // The moment when the date is right; reports when it is not, or lies before 1990 (F-007).
  std::optional<std::chrono::sys_seconds> date(const XmlElement&, bool is_rfc822,
                                               std::string_view rule) const;

 private:
  std::string path(const XmlElement& at) const { return parent_.name + "/" + at.name; }
  Lint& lint_;
  const XmlElement& parent_;
};

// Entries must not lie after their feed's own date, give or take ten minutes (F-007): the feed
// advanced when they came.
struct EntryDate {
  std::size_t line = 0, entry = 0;
  std::string element, id;
  std::chrono::sys_seconds at;
};
void look_for_future(const std::vector<EntryDate>&, std::optional<std::chrono::sys_seconds> feed,
                     Lint&);

// media:*, slash:*, thr:*, georss:* in an entry (F-067, F-100, F-132, F-134).
void lint_extensions(const ElementLint&, const XmlElement& entry, bool has_feed_date);
// RFC 5005 at the feed: fh:complete and fh:archive, and the links beside them.
class HistoryLint {
 public:
  void see(const XmlElement&);       // any child of the feed or channel
  void see_link(const XmlElement&);  // an Atom link of the feed
  void end(const ElementLint&) const;

 private:
  std::size_t complete_ = 0, archive_ = 0;
  std::vector<XmlElement> paging_;  // links of RFC 5005
  bool has_content_ = false;
};

}  // namespace sosik
