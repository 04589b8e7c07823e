#include "arrivals.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace sosik {
namespace {

// Posts a transaction: a reader sees whole posts only, and no other writer waits for long.
constexpr std::size_t batch_size = 200;

struct Tally {
  std::array<std::size_t, 3> outcomes{};  // by PutOutcome
  std::vector<Problem> problems;
  std::size_t count(PutOutcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
};

void show_progress(std::size_t done, std::size_t all) {
  static const bool is_terminal = isatty(STDERR_FILENO) == 1;
  if (!is_terminal) return;
  constexpr std::size_t width = 40;
  std::string bar(all == 0 ? width : done * width / all, '#');
  bar.resize(width, '.');
  std::fprintf(stderr, "\r[%s] %zu/%zu%s", bar.c_str(), done, all, done == all ? "\n" : "");
}

// One post's refusal is the post's; a store that fails is everybody's and ends the import.
Result<void> put_batch(Store& store, const std::vector<ArrivingPost>& posts, std::size_t begin,
                       std::size_t end, Tally& tally) {
  for (auto i = begin; i < end; ++i) {
    auto put = store.put_post(posts[i].post);
    if (!put && put.error().code == Errc::conflict && !posts[i].other_slug.empty()) {
      Post renamed = posts[i].post;
      renamed.slug = posts[i].other_slug;
      put = store.put_post(renamed);
    }
    if (put) {
      ++tally.outcomes[static_cast<std::size_t>(*put)];
    } else if (put.error().code == Errc::unavailable || put.error().code == Errc::timeout ||
               put.error().code == Errc::corrupt) {
      return put.error();
    } else {
      tally.problems.push_back({posts[i].where, put.error().detail});
    }
  }
  return {};
}

Result<void> put_all(Store& store, const std::vector<ArrivingPost>& posts,
                     const ImportOptions& options, Tally& tally) {
  if (options.dry_run) {
    const Error rehearsal{Errc::invalid, ""};
    auto done = store.in_transaction(true, [&, before = tally]() -> Result<void> {
      tally = before;  // it may be tried more than once
      auto put = put_batch(store, posts, 0, posts.size(), tally);
      return put ? Result<void>(rehearsal) : put;  // nothing stays
    });
    return !done && done.error().detail.empty() ? Result<void>() : done;
  }
  for (std::size_t begin = 0; begin < posts.size(); begin += batch_size) {
    const auto end = std::min(begin + batch_size, posts.size());
    auto tried = tally;
    auto done = store.in_transaction(!options.notify, [&] {
      tried = tally;
      return put_batch(store, posts, begin, end, tried);
    });
    if (!done) return done;
    tally = std::move(tried);
    show_progress(end, posts.size());
  }
  return {};
}

// A store to rehearse in when there is none yet; gone with this.
class ScratchStore {
 public:
  ~ScratchStore() {
    store_.reset();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  Store* open() {
    auto name = (std::filesystem::temp_directory_path() / "sosik-dry-run-XXXXXX").string();
    if (!mkdtemp(name.data())) {
      fail("cannot make a folder for the rehearsal: " + name);
      return nullptr;
    }
    folder_ = name;
    auto store = open_store("sqlite:" + (folder_ / "sosik.db").string());
    if (store) {
      store_ = std::move(*store);
    } else {
      fail(store.error().detail);
    }
    return store_.get();
  }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace

int take_in(const CommandLine& line, Config& config, const ImportOptions& options,
            Arrivals arrivals) {
  ScratchStore scratch;
  std::unique_ptr<Store> opened;
  const bool is_scratch = options.dry_run && !has_store(config);
  if (!is_scratch) opened = open_or_complain(line, config, !options.dry_run);
  auto* store = is_scratch ? scratch.open() : opened.get();
  if (!store) return exit_failed;
  const std::string& from = arrivals.from;
  Tally tally;
  tally.problems = std::move(arrivals.problems);
  auto done = put_all(*store, arrivals.posts, options, tally);
  if (!done) return fail("import of " + from + ": " + done.error().detail);

  const auto say = [&](const std::vector<Problem>& list, std::string_view word) {
    for (const auto& one : list)
      fail(std::string(word) + (one.where.empty() ? from : one.where) + ": " + one.reason);
  };
  say(tally.problems, "");
  say(arrivals.notices, "note: ");
  if (line.as_json) {
    const auto as_json = [](const std::vector<Problem>& list) {
      auto array = nlohmann::ordered_json::array();
      for (const auto& one : list) array.push_back({{"where", one.where}, {"reason", one.reason}});
      return array;
    };
    print_json({{"dry_run", options.dry_run},
                {"created", tally.count(PutOutcome::created)},
                {"updated", tally.count(PutOutcome::updated)},
                {"unchanged", tally.count(PutOutcome::unchanged)},
                {"problems", as_json(tally.problems)},
                {"notices", as_json(arrivals.notices)}});
  } else {
    print_line(from + ": " + std::to_string(tally.count(PutOutcome::created)) + " created, " +
               std::to_string(tally.count(PutOutcome::updated)) + " updated, " +
               std::to_string(tally.count(PutOutcome::unchanged)) + " unchanged, " +
               std::to_string(tally.problems.size()) + " not taken" +
               (options.dry_run ? " (nothing was written)" : ""));
  }
  return tally.problems.empty() ? exit_ok : exit_failed;
}

}  // namespace sosik
