// Lanes decide what is sent next: at most so many at a time in all and to one host, hosts in turn,
// so that a slow host delays nobody but itself (N-084); and a host that could not be reached
// several times in a row is asked by one probe now and then instead of by everything that is owed
// to it (N-086). No I/O, no clock; one thread. What a call costs does not grow with what waits.
#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "sosik/model/delivery.hpp"

namespace sosik {

class Lanes {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // What leaves as one request.
  struct Entry {
    std::vector<Delivery> deliveries;  // claimed, of one target; not empty
    std::string host;                  // with its port: services of one machine fail one by one
    std::string bundle;                // others of the target with the same may join; empty: alone
    std::size_t most_together = 1;
    TimePoint not_before;  // spread after a long time down
    TimePoint start_by;    // later its lease would end before the attempt does
    // Of a request that was refused for one of several: how often its parts may still be split.
    std::shared_ptr<int> splits_left = {};
    const std::string& target() const { return deliveries.front().target; }
  };
  enum class Action {
    send,     // counts as running until finished()
    skip,     // its host is down: record a failed attempt without one
    release,  // it waited too long: give the claim back
  };
  struct Turn {
    Entry entry;
    Action action;
  };

  static constexpr int failures_until_down = 5;
  // What is enough to keep a host busy until more is claimed, in rounds of max_per_host.
  static constexpr std::size_t rounds_of_target = 4, rounds_of_host = 16;
  static constexpr std::chrono::seconds probe_after{4};  // shorter than any wait of a schedule

  Lanes(std::size_t max_in_flight, std::size_t max_per_host)
      : max_in_flight_(max_in_flight),
        max_per_host_(max_per_host),
        targets_(rounds_of_target * max_per_host),
        hosts_(rounds_of_host * max_per_host) {}

  void add(Entry, TimePoint now);
  std::optional<Turn> next(TimePoint now);
  void finished(const std::string& host, bool was_reached, TimePoint now);
  // What waited too long behind others of its host: to be given back.
  std::vector<Entry> overdue(TimePoint now);

  std::size_t waiting() const { return waiting_; }  // deliveries
  // Of them, those that stand in the way of claiming more: not for a host that is full.
  std::size_t pressing() const { return waiting_ - hosts_.waiting_of_full(); }
  std::size_t running() const { return running_; }  // requests
  // Targets and hosts for which so much waits that claiming more for them is of no use, so that the
  // backlog of one slow receiver, or of many at one slow host, leaves the claims to the others
  // (N-084).
  const std::set<std::string>& full_targets() const { return targets_.full(); }
  const std::set<std::string>& full_hosts() const { return hosts_.full(); }
  // What waits for a full host beyond what makes it full, the newest: to be given back.
  std::vector<Entry> take_excess();
  // The first moment at which an entry that is held back may start.
  std::optional<TimePoint> earliest() const;
  std::vector<Entry> take(const std::string& target);  // what waits for it
  std::vector<Entry> take_all();                       // what waits, for giving it back at the end

 private:
  struct Lane {
    const std::string* host = nullptr;  // its key
    std::deque<Entry> waiting;
    std::size_t running = 0;
    int failures = 0;  // in a row
    bool is_queued = false;
    TimePoint probe_at;
  };
  // How much waits for each target, or for each host.
  class Crowds {
   public:
    explicit Crowds(std::size_t enough) : enough_(enough) {}
    void add(const std::string& whose, bool is_held, std::size_t deliveries);
    void remove(const std::string& whose, bool is_held, std::size_t deliveries);
    void clear();
    bool holds(const std::string& whose) const { return counts_.contains(whose); }
    const std::set<std::string>& full() const { return full_; }
    std::size_t waiting_of_full() const { return waiting_of_full_; }
    bool would_stay_full(const std::string& whose, std::size_t fewer) const;

   private:
    struct Count {
      std::size_t held = 0, ready = 0;
    };
    bool is_full(const Count&) const;
    void change(const std::string& whose, bool is_held, std::size_t deliveries, bool is_added);

    const std::size_t enough_;  // that could start
    std::unordered_map<std::string, Count> counts_;
    std::set<std::string> full_;
    std::size_t waiting_of_full_ = 0;
  };

  void enter(Entry);
  void queue(Lane&);
  void drop_if_idle(Lane&);
  void count_in(const Entry&, bool is_held);
  void count_out(const Entry&, bool is_held);

  const std::size_t max_in_flight_, max_per_host_;
  std::unordered_map<std::string, Lane> lanes_;  // by host; a Lane stays where it is
  std::deque<Lane*> turns_;                      // lanes that may have something to start
  std::multimap<TimePoint, Entry> held_;         // by not_before
  Crowds targets_, hosts_;
  std::size_t waiting_ = 0, running_ = 0;
};

}  // namespace sosik
