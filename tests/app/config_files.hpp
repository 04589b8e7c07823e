// What the tests of the configuration share: files to load, problems to look at.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "config.hpp"
#include "source_dir.hpp"
#include "temp_dir.hpp"

namespace sosik {

inline const std::string minimal = R"(
[site]
title = "내 블로그"
public_url = "https://blog.example.kr"
)";

// Names and contents, beside the configuration; hook.secret, which holds a secret, is always there.
using Files = std::vector<std::pair<std::string, std::string>>;

inline LoadedConfig load(const std::string& text, const ConfigOverrides& overrides = {},
                         const Files& files = {}) {
  TempDir folder;
  std::ofstream(folder.path() / "sosik.toml") << text;
  std::ofstream(folder.path() / "hook.secret") << "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX\n";
  for (const auto& [name, content] : files) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    std::ofstream(folder.path() / name) << content;
  }
  return load_config(folder.path() / "sosik.toml", overrides);
}

// conf/sosik.toml, and a file that says nothing: both have the defaults.
struct Defaults {
  LoadedConfig shown, plain;
};
inline Defaults load_defaults() {
  TempDir folder;
  std::filesystem::copy_file(testing::source_dir() / "conf/sosik.toml", folder.path() / "a.toml");
  std::ofstream(folder.path() / "b.toml") << minimal;
  Defaults both{load_config(folder.path() / "a.toml"), load_config(folder.path() / "b.toml")};
  CHECK(both.shown.problems == Problems{});
  CHECK(both.plain.problems == Problems{});
  return both;
}

inline std::string first_problem(const std::string& text) {
  const auto loaded = load(text);
  REQUIRE_FALSE(loaded.problems.empty());
  return loaded.problems.front();
}

// `line` in [table], below `minimal`.
inline std::string in(const std::string& table, const std::string& line) {
  return minimal + (table == "site" ? "" : "[" + table + "]\n") + line + "\n";
}

// What the reader allows there, as it says itself of a key that it does not.
inline std::vector<std::string> keys_of(const std::string& table) {
  const auto problem = first_problem(in(table, "zzz = 1"));
  auto list = problem.substr(problem.find("allowed here: ") + 14);
  std::vector<std::string> keys;
  while (!list.empty()) {
    const auto end = std::min(list.find(", "), list.size());
    keys.push_back(list.substr(0, end));
    list.erase(0, end + 2);
  }
  return keys;
}

}  // namespace sosik
