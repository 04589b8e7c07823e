#include "entry_basis.hpp"

#include <nlohmann/json.hpp>

#include "sosik/base/digest.hpp"
#include "sosik/ingest/sanitise.hpp"

namespace sosik {
namespace {

// Raised when entries are made differently from the same post on purpose.
constexpr int entry_version = 2;

}  // namespace

std::string entry_basis(const SyndicationPlan& plan) {
  const Site& site = plan.site;
  const nlohmann::json basis = {
      entry_version,     sanitiser_version,        site.public_url,
      site.title,        site.author.name,         site.author.url,
      site.author.email, plan.text.compose_hangul, plan.text.drop_private_use,
      plan.has_embeds};
  return hash64_hex(basis.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace sosik
