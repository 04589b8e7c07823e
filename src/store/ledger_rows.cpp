#include "ledger_rows.hpp"

namespace sosik::sqlite {

Delivery delivery_from(const Query& q) {
  Delivery d;
  d.id = q.integer(0);
  d.site = q.integer(1);
  d.kind = static_cast<TargetKind>(q.integer(2));
  d.target = q.text(3);
  d.topic = q.text(4);
  d.revision = q.integer(5);
  d.state = static_cast<DeliveryState>(q.integer(6));
  d.attempts = static_cast<int>(q.integer(7));
  d.created_at = q.time(8);
  d.next_at = q.time(9);
  d.fence = q.integer(10);
  d.event_type = q.text(11);
  d.event_at = q.time(12);
  d.event_data = q.text(13);
  return d;
}

Event event_from(const Query& q, SiteId site) {
  Event e;
  e.site = site;
  e.number = q.integer(0);
  e.event_id = q.text(1);
  e.kind = static_cast<EventKind>(q.integer(2));
  e.subject = q.text(3);
  e.revision = q.integer(4);
  e.at = q.time(5);
  e.is_quiet = q.integer(6) != 0;
  e.data = q.text(7);
  return e;
}

}  // namespace sosik::sqlite
