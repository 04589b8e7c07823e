#include "entry_basis.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "sosik/base/digest.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

// Raised when entries are made differently from the same post on purpose; format_version is raised
// with it, and with sanitiser_version. The hash is of the rest, so that nodes of two versions do
// not take turns; for the same reason hashes of definitions only grow where a feed uses what is
// new.
constexpr int entry_version = 2;
constexpr int version = entry_version + sanitiser_version;

}  // namespace

std::string entry_basis(const SyndicationPlan& plan) {
  const Site& site = plan.site;
  const nlohmann::json basis = {site.public_url,
                                site.title,
                                site.author.name,
                                site.author.url,
                                site.author.email,
                                plan.text.compose_hangul,
                                plan.text.drop_private_use,
                                plan.has_embeds};
  return std::to_string(version) + ':' +
         hash64_hex(basis.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

bool is_of_newer_program(std::string_view entry_basis) {
  int of_theirs = 0;
  const auto* end = entry_basis.data() + entry_basis.size();
  const auto read = std::from_chars(entry_basis.data(), end, of_theirs);
  return read.ec == std::errc() && read.ptr != end && *read.ptr == ':' && of_theirs > version;
}

}  // namespace sosik
