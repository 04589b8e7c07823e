// Targets that have a table each in [publish]: webhooks, chats, CDNs.
#pragma once
#include <filesystem>

#include "sosik/syndicate/step.hpp"
#include "toml_reader.hpp"

namespace sosik {

// [[publish.webhook]], [[publish.slack]], [[publish.discord]], [[publish.purge]]: added to
// plan.targets. Filters name feeds of plan.definitions and plan.derived.
void read_named_targets(TomlTable& publish, const std::filesystem::path& folder,
                        SyndicationPlan& plan);

}  // namespace sosik
