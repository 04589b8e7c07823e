// What several tests do to the ledger by hand.
#pragma once
#include "sosik/store/ledger.hpp"
#include "sosik/store/store.hpp"

namespace sosik {

// Records an attempt at a claimed delivery, as the publisher would.
inline Result<Recorded> record_one(Store& store, const Delivery& delivery, Timestamp at,
                                   AttemptOutcome outcome, bool is_begun = true) {
  AttemptRecord record = AttemptRecord::of(delivery);
  record.outcome = std::move(outcome);
  if (is_begun) {
    record.attempt.number = delivery.attempts;
    record.attempt.at = at;
    record.attempt.status = record.outcome.state == DeliveryState::delivered ? 204 : 500;
    record.attempt.error_class = record.outcome.state == DeliveryState::delivered ? "" : "status";
    record.attempt.response_body = "고마워요";
  }
  auto recorded =
      store.ledger().record_attempts(std::span(&record, 1), at, std::chrono::hours(120));
  if (!recorded) return recorded.error();
  return recorded->front();
}

}  // namespace sosik
