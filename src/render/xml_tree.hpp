// An XML document under construction. The only door from our strings into pugixml: every value is
// escaped on its way in, so the tree is saved without further escaping (F-014; pugixml 1.13 by
// itself writes control characters and raw CR, and cannot write &#x26;).
#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "escape.hpp"

namespace sosik {

// An element in the tree: a cheap handle, good as long as its XmlTree.
class Element {
 public:
  explicit Element(pugi::xml_node node) : node_(node) {}

  // A child on its own line; for elements that hold elements.
  Element add(const char* name);
  // A child that holds text.
  Element add_text(const char* name, std::string_view value, EscapeFor = EscapeFor::text);
  Element& attribute(const char* name, std::string_view value);
  void end_line();  // after the last child

 private:
  pugi::xml_node node_;
};

class XmlTree {
 public:
  Element root(const char* name);
  // The declaration in the first bytes, then the tree (F-020).
  std::string save() const;

 private:
  pugi::xml_document document_;
};

}  // namespace sosik
