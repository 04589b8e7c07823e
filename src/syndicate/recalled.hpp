// What a recovery need not tell any more (N-213). A post that was unpublished or deleted has taken
// its news along: whoever was never told of it is told neither of its publishing nor of its end, as
// if the post had gone while the news still waited.
#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "sosik/model/event.hpp"
#include "sosik/model/target.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/store/syndication_store.hpp"

namespace sosik {

// Knows the whole log of events as one target sees it; belongs to one recovery. Throws StoreFailed.
class Recalled {
 public:
  Recalled(Ledger& ledger, SyndicationStore& view, SiteId site, const Target& target)
      : ledger_(ledger), view_(view), site_(site), target_(target) {}

  // Reads on to the end of the log.
  void read_on();
  // As far as the log was read: is there nothing to be told of this event?
  bool is_settled(const Event&) const;

 private:
  struct Mention {
    std::int64_t number = 0;
    EventKind kind = EventKind::post_published;
    bool is_wanted = false;  // by the target
  };
  // May anything of these events about the post have arrived? `news`: those that are wanted.
  bool was_told_between(const std::string& post_id, std::int64_t after, std::int64_t before,
                        const std::vector<std::int64_t>& news) const;

  Ledger& ledger_;
  SyndicationStore& view_;
  const SiteId site_;
  const Target& target_;
  std::int64_t read_ = 0;  // number of the last event that was read
  std::unordered_map<std::string, std::vector<Mention>> of_post_;
};

}  // namespace sosik
