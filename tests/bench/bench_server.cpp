// The server alone, over files: what scripts/bench measures beside nginx. A path's document and its
// gzip form are the same files that nginx serves with gzip_static.
//
//   bench_server PORT THREADS SMALL.xml LARGE.xml     serves /rss.xml and /large/rss.xml until
//   SIGTERM
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "memory_snapshots.hpp"
#include "sosik/server/server.hpp"

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "bench_server: cannot read %s\n", path.c_str());
    std::exit(1);
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class QuietLog final : public sosik::Log {
  void info(std::string_view, Fields) override {}
  void warn(std::string_view, Fields) override {}
  void error(std::string_view, Fields) override {}
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bench_server PORT THREADS SMALL.xml LARGE.xml\n");
    return 2;
  }
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, nullptr);

  sosik::MemorySnapshots snapshots;
  for (auto [key, file] : {std::pair{"main", argv[3]}, std::pair{"large", argv[4]}}) {
    sosik::MemoryDocument document;
    document.identity = read_file(file);
    document.gzip = read_file(std::string(file) + ".gz");
    snapshots.put(key, sosik::Format::rss, std::move(document));
  }
  sosik::ServerOptions options;
  options.listen[0].port = static_cast<unsigned short>(std::atoi(argv[1]));
  options.threads = std::atoi(argv[2]);
  sosik::SystemClock clock;
  QuietLog log;
  auto server = sosik::start_server(options, snapshots, clock, log);
  if (!server) {
    std::fprintf(stderr, "bench_server: %s\n", server.error().detail.c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  (*server)->stop();
}
