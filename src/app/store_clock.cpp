#include "store_clock.hpp"

namespace sosik {

// The answer was made somewhere between the two. Inside of that is no difference to correct: on one
// machine, time must not tremble by half a round trip.
void StoreClock::set(Timestamp theirs, Timestamp asked, Timestamp answered) {
  constexpr std::chrono::milliseconds rounding{1};
  const auto ahead = ahead_.load();
  if (theirs >= asked + ahead - rounding && theirs <= answered + ahead + rounding) return;
  ahead_ = theirs - (asked + (answered - asked) / 2);
}

}  // namespace sosik
