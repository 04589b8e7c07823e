// The signed messages of hooks that were taken lately, by webhook-id. Whoever overhears one may
// send it again while its timestamp is good, and so could put back what a later message replaced,
// or publish again what one deleted. A sender that did not hear our answer sends it again too, and
// is answered as if it were the first time. Of the admin thread; a restart forgets.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api_call.hpp"

namespace sosik::admin {

class TakenMessages {
 public:
  // What to answer to a message that is known; nothing when it is new: then it is under way until
  // `end`.
  std::optional<ApiAnswer> begin(const std::string& id, Timestamp now);
  // A message that came to nothing may come again.
  void end(const std::string& id, const ApiAnswer& answer);
  void forget(const std::string& id) { taken_.erase(id); }

 private:
  struct Taken {
    Timestamp until;
    std::optional<ApiAnswer> answer;
  };
  std::map<std::string, Taken> taken_;
  std::deque<std::pair<Timestamp, std::string>> order_;  // by when they may be forgotten
};

}  // namespace sosik::admin
