// If-None-Match and its sisters against one version. Input: the four headers, a line each; of these
// an empty one is not sent.
#include <array>
#include <string>

#include "conditional.hpp"
#include "property.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

using namespace fuzz;

const std::string hash = "0123456789abcdef";

Representation changed_in_2026() {
  Representation r;
  r.etag_hash = hash;
  r.etag = '"' + hash + "-gzip\"";
  r.coding = Coding::gzip;
  r.changed_at = from_unix_ms(1'795'400'000'000);
  r.last_modified = "Last-Modified: " + http_date(r.changed_at) + "\r\n";
  return r;
}

void conditions(std::string_view text) {
  static const Representation representation = changed_in_2026();
  static const Timestamp now = from_unix_ms(1'795'500'000'000);
  Request request;
  for (auto* header : {&request.if_none_match, &request.if_modified_since, &request.if_match,
                       &request.if_unmodified_since}) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) *header = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const Precondition verdict = evaluate(request, representation, true, now);
  must(verdict != Precondition::failed || request.if_match || request.if_unmodified_since,
       "only If-Match and If-Unmodified-Since can fail");
  must(verdict != Precondition::not_modified || request.is_conditional(),
       "who did not ask is not told 304");
  if (verdict == Precondition::not_modified)
    must(may_be_conditional(request, now), "a 304 answers a question that could be ours (H-236)");
  if (!request.if_none_match) return;
  const std::string tags(*request.if_none_match);
  const bool is_named = none_match_names(tags, hash);
  must(!is_named || tags.find(hash) != std::string::npos || tags.find('*') != std::string::npos,
       "a version is named by its hash or by *");
  must(verdict == Precondition::failed || (verdict == Precondition::not_modified) == is_named,
       "tags alone decide when there are tags (H-062)");
  must(none_match_names(" " + tags + " ", hash) == is_named, "white space around says nothing");
  must(none_match_names(",, " + tags, hash) == (is_named && tags.find('*') == std::string::npos) ||
           tags.find('*') != std::string::npos,
       "empty members say nothing");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sosik::conditions(sosik::fuzz::text_of(data, size));
  return 0;
}
