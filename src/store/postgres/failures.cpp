#include "failures.hpp"

#include <utility>

namespace sosik::postgres {
namespace {

struct Meaning {
  std::string_view state;  // or its first characters: the first that fits counts
  Errc code;
  std::string_view words;  // empty: the server's own say it
};

// https://www.postgresql.org/docs/15/errcodes-appendix.html
constexpr Meaning meanings[] = {
    {"23505", Errc::conflict, ""},
    {"23", Errc::invalid, ""},
    {"22021", Errc::invalid, "it keeps UTF-8 only"},
    {"22", Errc::invalid, ""},
    {"25006", Errc::unavailable, "it cannot be written: the server is a standby or read-only"},
    {"40", Errc::unavailable, "another program wrote the same at this moment; try again"},
    {"55P03", Errc::unavailable, "another program holds it locked; try again, or end that program"},
    {"57014", Errc::timeout, "the server took too long; try again"},
    {"57P", Errc::unavailable, "the server is going down or coming up; try again"},
    {"08", Errc::unavailable, "the connection to the server is lost; try again"},
    {"53100", Errc::unavailable, "the server's disk is full"},
    {"53300", Errc::unavailable, "the server has no connection left"},
    {"53", Errc::unavailable, ""},
    {"54", Errc::too_large, "a value is too long for it"},
    {"28", Errc::unavailable, "the server does not let this program in"},
    {"42501", Errc::unavailable, "the database role of this program may not do that"},
    {"42P01", Errc::corrupt, "a table is not there: has its schema changed?"},
    {"42703", Errc::corrupt, "a column is not there: has its schema changed?"},
    {"XX001", Errc::corrupt, "the database is damaged; restore it from a backup"},
    {"XX002", Errc::corrupt, "an index is damaged; rebuild it with REINDEX"},
};

}  // namespace

std::string one_line(std::string_view message) {
  std::string line;
  for (const char c : message) {
    if (c != '\n' && c != '\t')
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

Error explain(std::string_view state, std::string_view message, std::string_view constraint,
              const std::string& name) {
  if (state == "53200") throw std::bad_alloc();
  constexpr std::string_view ours = "sosik: ";
  std::string detail = "store '" + name + "': ";
  // A name has 63 bytes at most: the beginning of a long sentence says enough.
  if (message.starts_with(ours) || constraint.starts_with(ours)) {
    detail.append(message.starts_with(ours) ? message : constraint);
    const bool is_conflict = state == "23505" || state == "P0001";
    return {is_conflict ? Errc::conflict : Errc::invalid, std::move(detail)};
  }
  const std::string line = one_line(message);
  for (const Meaning& meaning : meanings) {
    if (!state.starts_with(meaning.state)) continue;
    if (meaning.words.empty())
      detail.append(line);
    else
      detail.append(meaning.words).append(" (").append(line).append(")");
    return {meaning.code, std::move(detail), state.starts_with("40")};
  }
  return {Errc::unavailable, detail.append(line).append(" (").append(state).append(")")};
}

}  // namespace sosik::postgres
