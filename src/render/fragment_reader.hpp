// Reads sanitised HTML piece by piece. Not a parser of HTML: it knows the one form that the
// sanitiser writes (ingest/sanitise.hpp), in which every tag is whole, every value in double quotes
// and every '<' of the text escaped. Whatever else it is given comes out as text.
#pragma once
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sosik {

struct Fragment {
  enum class Kind { text, start_tag, end_tag };
  Kind kind = Kind::text;
  std::string_view raw;                                                   // as it stands there
  std::string_view name;                                                  // of a tag
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // values still escaped

  std::optional<std::string_view> attribute(std::string_view wanted) const;
};

class FragmentReader {
 public:
  explicit FragmentReader(std::string_view html) : rest_(html) {}
  std::optional<Fragment> next();

 private:
  std::string_view rest_;
};

}  // namespace sosik
