// A Messenger knows one way of telling: how a delivery is put into a request, and what the answer
// means. No I/O and no clock; the publisher's one thread calls it. A new kind of target is a new
// file that makes one of these.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/site.hpp"
#include "sosik/net/outbound.hpp"
#include "verdict.hpp"

namespace sosik {

class Messenger {
 public:
  virtual ~Messenger() = default;
  // Deliveries of one target with the same bundle may share a request, at most `most_together` of
  // them; nothing: each goes alone.
  virtual std::optional<std::string> bundle(const Delivery&, const Target&) const {
    return std::nullopt;
  }
  virtual std::size_t most_together(const Target&) const { return 1; }
  // `together` is not empty, and more than one only as said above. Fails (invalid) when these can
  // never be put into a request.
  virtual Result<OutboundRequest> request(std::span<const Delivery> together, const Target&,
                                          const Site&, Timestamp attempt_at) = 0;
  // What the answer means for all of them. `request` is what the response answers.
  virtual Verdict verdict(const Target&, const OutboundRequest& request, const OutboundResponse&,
                          Timestamp now) = 0;
};

std::unique_ptr<Messenger> make_websub_messenger();
std::unique_ptr<Messenger> make_ping_messenger();
std::unique_ptr<Messenger> make_webhook_messenger();
std::unique_ptr<Messenger> make_rsscloud_messenger();
std::unique_ptr<Messenger> make_indexnow_messenger();
std::unique_ptr<Messenger> make_slack_messenger();
std::unique_ptr<Messenger> make_discord_messenger();
std::unique_ptr<Messenger> make_purge_messenger();

}  // namespace sosik
