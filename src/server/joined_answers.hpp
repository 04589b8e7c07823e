// JoinedAnswers send what many ask for in the same second with one system call instead of two: a
// large body lies in a file, its head does not, and a head with a Date is good for a second. So a
// file is made of both once the same answer has been sent a few times, and used until the next
// sweep. Measured: the head's own send is a tenth of the cost of a 55 KB answer.
//
// Belongs to its Worker's thread. What is kept counts in the budget of Snapshots, and is little.
#pragma once
#include <array>
#include <cstddef>
#include <string>

#include "response.hpp"

namespace sosik {

class JoinedAnswers {
 public:
  explicit JoinedAnswers(Snapshots& snapshots) : snapshots_(snapshots) {}

  // Gives `response` a body that begins with its head, and no head, where there is such a body.
  void join(Response& response);
  // Every second or so: what was asked for before is nobody's answer any more.
  void clear() { places_ = {}; }

 private:
  static constexpr std::size_t largest_body = 256 * 1024;
  static constexpr unsigned worth_joining = 8;  // answers in a second

  struct Place {
    std::string head;
    Body body;
    unsigned sent = 0;
    Body joined;  // both, once it is worth it
  };
  Place& place_of(const Response&);

  Snapshots& snapshots_;
  std::array<Place, 4> places_;
  std::size_t next_place_ = 0;
};

}  // namespace sosik
