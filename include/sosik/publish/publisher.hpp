// The Publisher works off deliveries: claims what is due, tells the party through the HttpClient,
// records the attempt and what follows from it (delivered, again later, gave up). All state is in
// the store; kill -9 at any moment leads at worst to one more attempt with the same message id
// (N-202). Runs in a thread of its own.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/delivery.hpp"
#include "sosik/model/site.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/outbound.hpp"

namespace sosik {

class Store;

struct PublisherOptions {
  Site site;
  std::vector<Target> targets;
  OutboundOptions outbound;
  std::size_t max_in_flight = 64;
  std::size_t max_per_host = 4;    // N-084
  std::chrono::seconds lease{60};  // longer than OutboundOptions::total_timeout
};

class Publisher {
 public:
  virtual ~Publisher() = default;  // stops, waits for attempts in flight at most ten seconds
  virtual void start() = 0;
  virtual void wake() = 0;  // deliveries may be due: any thread, never blocks
  // New targets and site after SIGHUP; a delivery to a target that is no longer configured is
  // cancelled.
  virtual void adopt(Site, std::vector<Target>) = 0;
  virtual void stop() = 0;
};

// `open_store` is called on the publisher's thread.
std::unique_ptr<Publisher> make_publisher(
    PublisherOptions, const Clock&, Log&,
    std::function<Result<std::unique_ptr<Store>>()> open_store);

}  // namespace sosik
