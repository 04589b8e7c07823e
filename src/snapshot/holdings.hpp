// Holdings: what rendered documents come to in this process, in bytes and in descriptors, beside
// what they may come to. Any thread; nothing here waits.
//
// Whatever is held has a Charge, and a Body is charged until its last copy goes: what is on its way
// to a reader counts. What was given up but is still held by somebody (a thread that served it and
// has not looked since, a response on its way) is `leaving`. Most of that goes within a second, so
// up to an eighth of the budget of it does not press: else a single eviction, which frees nothing
// at once, would be followed by the eviction of everything. Beyond that eighth it presses like all
// else, so the sum stays within the budget also when some readers are slow. But a quarter of the
// budget is for what is not leaving, whatever slow readers hold: to give that up, too, would have
// everything made again for each request, and free nothing that they hold.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "counters.hpp"
#include "sosik/snapshot/body.hpp"

namespace sosik {

class Holdings : public std::enable_shared_from_this<Holdings> {
 public:
  // Bodies from here on are sent from a file: below it, copying is as quick.
  static constexpr std::size_t smallest_file = 32 * 1024;

  Holdings(std::size_t budget, std::size_t max_descriptors)
      : budget_(budget), max_descriptors_(max_descriptors) {}

  // The bytes as a Body, charged until its last copy goes; in a sealed file when they are many and
  // there is a descriptor for it.
  Body keep(std::string bytes);
  // Nobody will be given this body any more, which is of keep(): it is leaving until its last copy
  // goes. One thread at a time for a body; twice does no harm.
  static void give_up(const Body& body) noexcept;

  // Must something be given up: bytes, or files so that others may have their descriptors?
  bool is_over() const noexcept { return has_too_much() || lacks_descriptors(); }
  bool has_too_much() const noexcept;       // bytes
  bool lacks_descriptors() const noexcept;  // all are taken, by what is not leaving

  std::size_t budget() const noexcept { return budget_; }
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  std::size_t descriptors() const noexcept { return descriptors_.load(std::memory_order_relaxed); }

  Counters counters;

 private:
  friend class Charge;
  friend class Leaving;
  struct Kept;
  // One of max_descriptors, counted as long as this lives; nothing when all are taken.
  struct GiveBack {
    void operator()(Holdings* holdings) const noexcept { --holdings->descriptors_; }
  };
  using Descriptor = std::unique_ptr<Holdings, GiveBack>;
  Descriptor take_descriptor() noexcept;

  const std::size_t budget_, max_descriptors_;
  std::atomic<std::size_t> bytes_{0}, leaving_{0}, descriptors_{0}, leaving_descriptors_{0};
};

// A number of bytes that are held, as long as this object lives.
class Charge {
 public:
  Charge(std::shared_ptr<Holdings> holdings, std::size_t bytes)
      : holdings_(std::move(holdings)), bytes_(bytes) {
    holdings_->bytes_ += bytes_;
  }
  ~Charge() { holdings_->bytes_ -= bytes_; }
  std::size_t bytes() const noexcept { return bytes_; }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

 private:
  const std::shared_ptr<Holdings> holdings_;
  const std::size_t bytes_;
};

// The same for what was given up and is still held.
class Leaving {
 public:
  Leaving(std::shared_ptr<Holdings> holdings, std::size_t bytes, std::size_t descriptors) noexcept
      : holdings_(std::move(holdings)), bytes_(bytes), descriptors_(descriptors) {
    holdings_->leaving_ += bytes_;
    holdings_->leaving_descriptors_ += descriptors_;
  }
  ~Leaving() {
    holdings_->leaving_ -= bytes_;
    holdings_->leaving_descriptors_ -= descriptors_;
  }
  Leaving(const Leaving&) = delete;
  Leaving& operator=(const Leaving&) = delete;

 private:
  const std::shared_ptr<Holdings> holdings_;
  const std::size_t bytes_, descriptors_;
};

}  // namespace sosik
