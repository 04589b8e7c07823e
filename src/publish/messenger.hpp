// A Messenger knows one way of telling: how a delivery is put into a request, and what the answer
// means. No I/O and no clock; the publisher's one thread calls it. A new kind of target is a new
// file that makes one of these.
#pragma once
#include <memory>

#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/site.hpp"
#include "sosik/net/outbound.hpp"
#include "verdict.hpp"

namespace sosik {

class Messenger {
 public:
  virtual ~Messenger() = default;
  // Fails (invalid) when the delivery can never be put into a request.
  virtual Result<OutboundRequest> request(const Delivery&, const Target&, const Site&,
                                          Timestamp attempt_at) = 0;
  // `request` is what the response answers.
  virtual Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse&,
                          Timestamp now) = 0;
};

std::unique_ptr<Messenger> make_websub_messenger();
std::unique_ptr<Messenger> make_ping_messenger();
std::unique_ptr<Messenger> make_webhook_messenger();

}  // namespace sosik
