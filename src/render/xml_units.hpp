// A feed document as its lint reads it: by expat, once, in pieces of one child of the channel (RSS)
// or of the feed (Atom) at a time, so that a large document costs no tree. expat lives behind this
// header and gate.hpp.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint.hpp"

namespace sosik {

// An element by its customary prefix: "title", "content:encoded", "atom:link". One of a namespace
// that nobody knows is "?:name".
struct XmlElement {
  std::string name;
  std::size_t line = 0;
  std::vector<std::pair<std::string, std::string>> attributes;  // "href", "xml:lang"
  std::string text;                                             // character data of its own
  std::vector<XmlElement> children;

  const std::string* find(std::string_view attribute) const;
  std::string_view get(std::string_view attribute) const;  // empty when it has none
  const XmlElement* child(std::string_view name) const;    // the first
  std::size_t count(std::string_view name) const;
};

// What a format makes of the pieces.
class UnitLint {
 public:
  virtual ~UnitLint() = default;
  virtual void open(const XmlElement&,
                    std::size_t depth) = 0;  // the root (0) and, in RSS, channel (1)
  virtual void unit(const XmlElement&) = 0;  // complete, with children
  virtual void end() = 0;                    // only of a well-formed document
};

// Reads the document; units are elements at `unit_depth`. What every XML document of ours must be
// (F-020..F-032) is judged on the way. Of the default namespace are "" in RSS and Atom's in Atom.
void read_units(std::string_view document, std::string_view default_namespace,
                std::size_t unit_depth, const FeedExtensions& extensions, UnitLint&, Lint&);

}  // namespace sosik
