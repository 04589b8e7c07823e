#include "basis.hpp"

#include <algorithm>

#include "sosik/base/digest.hpp"

namespace sosik {

bool is_settled(const SyndicationPlan& plan, const FeedDefinition& definition,
                const FeedState& state) {
  return state.format_version >= format_version &&
         state.definition_hash == definition_hash(plan, definition);
}

// The program's build, too: one that changes bytes without meaning to, and so without a new
// format_version, must not vouch for the bytes of the one before; every commit between two releases
// has the same version. Label, date and total show in documents; a store put back from a copy may
// count the same revision twice.
std::string basis_of(const SyndicationPlan& plan, const FeedDefinition& definition,
                     const FeedState& state, const std::string& program) {
  std::string parts = program;
  for (const std::string& part :
       {std::to_string(format_version), definition_hash(plan, definition),
        std::to_string(to_unix_ms(state.changed_at)), std::to_string(state.total),
        std::to_string(state.older_page.value_or(0)), std::to_string(state.newer_page.value_or(0)),
        state.label})
    parts.append("\n").append(part);  // the label last: it alone may hold any character
  return hash64_hex(parts);
}

bool speaks_for(const DocumentTag& tag, const FeedState& state, const std::string& basis) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return static_cast<std::size_t>(tag.format) < format_count && tag.revision == state.revision &&
         tag.basis == basis && tag.size > 0 && tag.etag_hash.size() == 16 &&
         std::ranges::all_of(tag.etag_hash, is_hex);
}

}  // namespace sosik
