// Which vocabulary an element of a feed belongs to, as its author meant it.
#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sosik::feed {

enum class Space {
  none,
  atom,
  content,
  dc,
  terms,
  slash,
  thread,
  media,
  itunes,
  feedburner,
  xhtml,
  history,
  rdf,
  other
};

struct Name {
  Space space = Space::none;
  std::string_view local;
  bool is(Space a_space, std::string_view name) const { return space == a_space && local == name; }
};

// The namespaces of one document. Pure; lives no longer than its tree.
class Names {
 public:
  explicit Names(pugi::xml_node root);  // where most namespaces are declared
  Name of(pugi::xml_node node) const;   // views into the tree

 private:
  struct Declared {
    std::string prefix;
    Space space;
  };
  std::vector<Declared> declared_;
};

}  // namespace sosik::feed
