#include "entry_basis.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "sosik/base/digest.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

// Raised when entries are made differently from the same post on purpose. The hash is of the rest.
constexpr int entry_version = 2;
constexpr int version = entry_version + sanitiser_version;

// Numbers grow with every version of the program that makes entries otherwise.
bool is_of_newer_program(std::string_view entry_basis) {
  int of_theirs = 0;
  const auto* end = entry_basis.data() + entry_basis.size();
  const auto read = std::from_chars(entry_basis.data(), end, of_theirs);
  return read.ec == std::errc() && read.ptr != end && *read.ptr == ':' && of_theirs > version;
}

}  // namespace

std::string entry_basis(const SyndicationPlan& plan) { return entry_basis(plan, plan.site); }

std::string entry_basis(const SyndicationPlan& plan, const Site& site) {
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

bool is_outdated_basis(std::string_view before, std::string_view now) {
  return !before.empty() && before != now && !is_of_newer_program(before);
}

}  // namespace sosik
