// Values that several parts of the configuration read alike.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "toml_reader.hpp"

namespace sosik {

// `text` as an absolute http(s) URL in ASCII; empty, with a problem at `key`, when it is none.
// Empty text is no problem.
std::string url_of(TomlTable&, std::string_view key, std::string_view text);

// The path of the file that `key` names, relative ones below `folder`; empty when it names none.
std::string file_of(TomlTable&, std::string_view key, const std::filesystem::path& folder);

// A name of small ASCII letters, digits and '-', at most 60.
bool is_plain_name(std::string_view text);

// The beginning of a word of a User-Agent.
bool is_agent(std::string_view text);

}  // namespace sosik
