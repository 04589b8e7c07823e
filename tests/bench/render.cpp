// What a document costs: rendering it, checking it, compressing it. CPU time a document, as JSON.
// usage: render FILE rss|atom|json render|check|gzip WARM COUNT
// FILE is a feed as tests/support/feed_json.hpp reads it.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>

#include "coding.hpp"
#include "feed_json.hpp"
#include "sosik/render/atom.hpp"
#include "sosik/render/gate.hpp"
#include "sosik/render/json_feed.hpp"
#include "sosik/render/rss.hpp"

using namespace sosik;

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int usage() {
  std::fputs("usage: render FILE rss|atom|json render|check|gzip WARM COUNT\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return usage();
  const Feed feed = testing::feed_from_file(argv[1]);
  const std::string name = argv[2], work = argv[3];
  const int warm = std::atoi(argv[4]), count = std::atoi(argv[5]);
  const Format format = name == "rss" ? Format::rss : name == "atom" ? Format::atom : Format::json;
  const auto render = [&] {
    return format == Format::rss    ? render_rss(feed)
           : format == Format::atom ? render_atom(feed)
                                    : render_json_feed(feed);
  };
  const std::string document = render();
  std::size_t bytes = 0;
  std::function<void()> once;
  if (work == "render") {
    once = [&] { bytes = render().size(); };
  } else if (work == "check") {
    once = [&] {
      if (!check_document(document, format)) std::abort();
      bytes = document.size();
    };
  } else if (work == "gzip") {
    once = [&] { bytes = encode(Coding::gzip, document).value().size(); };
  } else {
    return usage();
  }
  for (int i = 0; i < warm; ++i) once();
  const double before = cpu_seconds();
  for (int i = 0; i < count; ++i) once();
  std::printf("{\"seconds\": %.9f, \"bytes\": %zu}\n", (cpu_seconds() - before) / count, bytes);
}
