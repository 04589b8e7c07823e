#include "joined_answers.hpp"

#include <algorithm>

namespace sosik {

void JoinedAnswers::join(Response& response) {
  if (response.body.descriptor() < 0 || response.body.size() > largest_body) return;
  Place& place = place_of(response);
  if (++place.sent == worth_joining) {
    std::string both;
    both.reserve(response.size());
    both.append(response.head).append(response.body.view());
    place.joined = snapshots_.keep(std::move(both));
  }
  if (place.joined.descriptor() < 0) return;
  response.body = place.joined;
  response.head.clear();
}

// A head of another second, or for another reader, takes a place of its own.
JoinedAnswers::Place& JoinedAnswers::place_of(const Response& response) {
  const auto found = std::ranges::find_if(places_, [&](const Place& place) {
    return place.body.descriptor() == response.body.descriptor() && place.head == response.head;
  });
  if (found != places_.end()) return *found;
  Place& place = places_[next_place_++ % places_.size()];
  place = {response.head, response.body, 0, {}};
  return place;
}

}  // namespace sosik
