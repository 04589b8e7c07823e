// A Notice is the Snapshot of a feed that has moved or is gone: 301 or 410 in every format and
// coding, by the plan alone, without store or renderer (H-230, H-231, H-233).
#pragma once
#include <array>
#include <memory>
#include <string_view>

#include "kept_snapshot.hpp"
#include "sosik/snapshot/builder.hpp"

namespace sosik {

class Notice final : public KeptSnapshot {
 public:
  // nullptr when the plan knows of no move: the feed, if there is one, is served.
  static std::shared_ptr<Notice> of(const SyndicationPlan&, std::string_view key,
                                    const HeadOptions&);

  const Representation* find(Format format, Coding) const noexcept override {
    mark();
    return &formats_[static_cast<std::size_t>(format)];
  }
  const Representation* known(Format format, Coding coding) const noexcept override {
    return find(format, coding);
  }
  Result<const Representation*> make(Format format, Coding coding) override {
    return find(format, coding);
  }

 private:
  Notice() : KeptSnapshot(false) {}

  std::array<Representation, format_count> formats_;
};

}  // namespace sosik
