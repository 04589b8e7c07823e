// The file of known parties (conf/aggregators.toml): public hubs, ping services, clouds and search
// engines, each to be turned on, with what a fetch of theirs is known by.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "sosik/model/target.hpp"
#include "toml_reader.hpp"

namespace sosik {

struct KnownParty {
  TargetKind kind = TargetKind::websub;
  std::string url;  // absolute ASCII
  bool is_on = false;
  std::vector<std::string> agents, networks;  // Target's
};

// In the file's order, kind by kind; those with a problem are left out.
std::vector<KnownParty> read_known_parties(const std::filesystem::path& file, Problems& problems);

}  // namespace sosik
