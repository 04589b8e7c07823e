// `sosik serve`: starts all of it, says where, and waits for signals.
#include <csignal>
#include <cstring>

#include "../logging.hpp"
#include "../serving.hpp"
#include "command.hpp"

namespace sosik {
namespace {

// SIGTERM, SIGINT and SIGHUP are blocked before any thread starts, and taken here alone.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is a full disk, not an end
  return set;
}

int next_of(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

std::string shown(const ListenOn& listen) {
  if (!listen.unix_path.empty()) return "unix:" + listen.unix_path;
  const bool is_ipv6 = listen.address.find(':') != std::string::npos;
  return (listen.uses_tls ? "tls:" : "") + (is_ipv6 ? '[' + listen.address + ']' : listen.address) +
         ':' + std::to_string(listen.port);
}

void print_urls(const Serving& serving) {
  const Config& config = serving.config();
  const auto& url = config.plan.site.public_url;
  std::string where;
  for (const auto& listen : serving.listening())
    where += (where.empty() ? "" : ", ") + shown(listen);
  if (where.empty()) {
    print_line("Sosik tells of \"" + config.plan.site.title + "\" and serves no readers");
  } else {
    print_line("Sosik serves \"" + config.plan.site.title + "\" on " + where);
    print_line("  the blog   " + url + "/");
    print_line("  RSS        " + url + "/rss.xml");
    print_line("  Atom       " + url + "/atom.xml");
    print_line("  JSON Feed  " + url + "/feed.json");
  }
  print_line("  operator   http://" + config.admin.address + ':' +
             std::to_string(serving.admin_port()) + "/readyz");
  std::fflush(stdout);
}

}  // namespace

int serve(const CommandLine& line) {
  if (!line.site.empty()) return fail("`sosik serve` serves all sites; leave --site away");
  const auto signals = block_signals();
  const auto config = load_or_complain(line);
  if (!config) return exit_failed;
  const auto log = make_log(config->log_level);
  Serving serving(*config, *log);
  if (auto started = serving.start(); !started) return fail(started.error().detail);
  print_urls(serving);
  int signal = next_of(signals);
  for (; signal == SIGHUP; signal = next_of(signals)) {
    // First, and whatever becomes of the rest: a log that is rotated and a certificate that was
    // renewed depend on nothing in the file.
    serving.reopen_files();
    serving.take_over(load_config(line.config_file, line.overrides));
  }
  log->info("stopping", {{"signal", strsignal(signal)}});
  serving.stop();
  return exit_ok;
}

}  // namespace sosik
