// What can go wrong, in our own few words. An Error travels inside a Result (result.hpp); it is
// reported once, where the work was asked for. `detail` says what was attempted, on what, and why
// not, and is meant for the operator's log, never for a client.
#pragma once
#include <string>
#include <string_view>

namespace sosik {

enum class Errc {
  invalid,       // the input breaks a rule; the same input will always fail
  not_found,     // there is no such thing
  conflict,      // it clashes with what is there
  too_large,     // over a limit of ours
  unauthorized,  // the caller may not
  timeout,       // a deadline passed; trying later may work
  unavailable,   // another system cannot serve now (locked, full, refused); trying later may work
  corrupt,       // stored bytes are not what we wrote; an operator must look
};

struct Error {
  Errc code = Errc::invalid;
  std::string detail;
  // Unavailable for this moment only: two writers waited for each other, and the store gave up this
  // one's transaction. The same work may be done again at once.
  bool has_lost_race = false;
};

constexpr std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not found";
    case Errc::conflict:
      return "conflict";
    case Errc::too_large:
      return "too large";
    case Errc::unauthorized:
      return "unauthorized";
    case Errc::timeout:
      return "timeout";
    case Errc::unavailable:
      return "unavailable";
    case Errc::corrupt:
      return "corrupt";
  }
  return "error";
}

}  // namespace sosik
