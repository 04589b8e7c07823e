// A blog of many small feeds, under a budget.
#pragma once
#include <random>

#include "blog_fixture.hpp"

namespace sosik::testing {

constexpr std::size_t kib = 1024;

// A blog of `count` posts, each with a tag of its own: as many small feeds, "tag/t0" and so on.
class ManyFeeds : public Blog {
 public:
  explicit ManyFeeds(int count, std::size_t body_size = 100) : count_(count) {
    for (int i = 0; i < count; ++i) put_silently(tagged(i, "글", body_size));
  }
  Post tagged(int i, const std::string& title, std::size_t body_size = 100) const {
    Post made = post("p" + std::to_string(i), title + " " + std::to_string(i));
    made.tags = {{"t" + std::to_string(i), ""}};
    std::string text;
    std::mt19937 random(static_cast<unsigned>(i));  // so that codings do not shrink it to nothing
    while (text.size() < body_size) text += std::to_string(random()) + " ";
    made.body = "<p>" + text + "</p>";
    return made;
  }
  void restart_with(std::size_t budget, std::size_t descriptors = 1024) {
    restart([&](SnapshotOptions& options) {
      options.budget = budget;
      options.max_descriptors = descriptors;
    });
  }
  static std::string key(int i) { return "tag/t" + std::to_string(i); }
  void get_all(Coding coding = Coding::identity) {
    for (int i = 0; i < count_; ++i) get(key(i), Format::rss, coding);
  }
  bool is_in_memory(const std::string& feed) const {
    const auto slot = snapshots->find(main_site, feed);
    const auto snapshot = slot ? slot->current() : nullptr;
    return snapshot && snapshot->find(Format::rss, Coding::identity);
  }
  int in_memory() const {
    int number = 0;
    for (int i = 0; i < count_; ++i) number += is_in_memory(key(i)) ? 1 : 0;
    return number;
  }
  SnapshotStatistics statistics() const { return snapshots->statistics(); }

 private:
  const int count_;
};

}  // namespace sosik::testing
