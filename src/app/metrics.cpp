#include "metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

class MetricsText {
 public:
  // A family: its help and type, then its samples.
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help);
    text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void sample(double value, std::string_view labels = {}) {
    text_ += name_;
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(" ").append(digits, end).append("\n");
  }
  void sample(std::uint64_t value, std::string_view labels = {}) {
    sample(static_cast<double>(value), labels);
  }
  void counter(std::string_view name, std::string_view help, double value) {
    family(name, "counter", help);
    sample(value);
  }
  void gauge(std::string_view name, std::string_view help, double value) {
    family(name, "gauge", help);
    sample(value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

double count(std::uint64_t n) { return static_cast<double>(n); }

void add_server(MetricsText& text, const MetricsSources& sources) {
  const ServerCounters& server = sources.server;
  text.family("sosik_http_requests_total", "counter", "Answers, by status.");
  for (const auto& [status, requests, bytes] : server.by_status)
    text.sample(requests, metrics_label("status", std::to_string(status)));
  text.family("sosik_http_response_bytes_total", "counter", "Bytes of answers, heads included.");
  for (const auto& [status, requests, bytes] : server.by_status)
    text.sample(bytes, metrics_label("status", std::to_string(status)));
  text.family("sosik_http_documents_total", "counter",
              "Answers about a document, 200 or 304, by format and content coding.");
  for (std::size_t f = 0; f < format_count; ++f)
    for (std::size_t c = 0; c < coding_count; ++c)
      if (server.by_format[f][c] != 0)
        text.sample(server.by_format[f][c],
                    metrics_label("format", to_string(static_cast<Format>(f))) + ',' +
                        metrics_label("coding", to_string(static_cast<Coding>(c))));
  text.counter("sosik_http_connections_total", "Connections accepted.", count(server.connections));
  text.counter("sosik_http_connections_refused_total",
               "Connections closed at once: server.max_connections was reached, and none was idle.",
               count(server.refused_connections));
  text.counter("sosik_http_connections_shed_total",
               "Idle connections closed to make room for others: server.max_connections was "
               "reached.",
               count(server.shed_connections));
  text.gauge("sosik_http_open_connections", "Connections open now.",
             count(sources.open_connections));
  text.family("sosik_http_throttled_total", "counter",
              "Polls answered 429, by kind of client, an address or a hosted aggregator's, and by "
              "whether they asked if the feed had changed, with validators that did not match.");
  for (const auto& [client, throttled] : {std::pair("address", server.throttled_addresses),
                                          std::pair("aggregator", server.throttled_aggregators)}) {
    const std::string label = metrics_label("client", client) + ',';
    text.sample(throttled.not_asked, label + metrics_label("asked", "no"));
    text.sample(throttled.asked, label + metrics_label("asked", "yes"));
  }
  text.counter("sosik_access_log_dropped_lines_total",
               "Lines of the access log that could not be written.",
               count(server.log_lines_dropped));
}

void add_tls(MetricsText& text, const MetricsSources& sources) {
  if (!sources.certificate_expires_at) return;
  text.family("sosik_tls_handshake_failures_total", "counter",
              "TLS handshakes that came to nothing, by reason.");
  for (std::size_t i = 0; i < tls_failure_count; ++i)
    text.sample(sources.server.handshake_failures[i],
                metrics_label("reason", to_string(static_cast<TlsFailure>(i))));
  text.gauge("sosik_tls_certificate_expiry_timestamp_seconds",
             "When the certificate in use ends, seconds since 1970.",
             static_cast<double>(to_unix_seconds(*sources.certificate_expires_at)));
}

void add_deliveries(MetricsText& text, const MetricsSources& sources) {
  const auto kind = [](TargetKind k) { return metrics_label("kind", to_string(k)); };
  const auto overdue = longest_overdue(sources.queues, sources.now);
  text.gauge("sosik_deliveries_overdue_seconds",
             "How long ago the notification was due that waits longest; 0 when none does.",
             std::chrono::duration<double>(overdue).count());
  text.family("sosik_deliveries_open", "gauge",
              "Notifications owed and not at their end, by kind of target.");
  for (const auto& queue : sources.queues)
    text.sample(static_cast<std::uint64_t>(queue.open), kind(queue.kind));
  text.family("sosik_deliveries_due", "gauge", "Of these, those whose moment has come.");
  for (const auto& queue : sources.queues)
    text.sample(static_cast<std::uint64_t>(queue.due), kind(queue.kind));
  text.family("sosik_delivery_attempts_total", "counter",
              "Attempts to tell somebody, by kind of target and result: told, or why not.");
  for (std::size_t k = 0; k < sources.attempts.size(); ++k)
    for (std::size_t r = 0; r < sources.attempts[k].size(); ++r) {
      const bool is_told = r == std::size(error_classes);
      if (sources.attempts[k][r] == 0) continue;
      text.sample(sources.attempts[k][r],
                  kind(static_cast<TargetKind>(k)) + ',' +
                      metrics_label("result", is_told ? "told" : error_classes[r]));
    }
  text.gauge("sosik_targets_disabled", "Targets that are owed nothing until they are enabled.",
             count(sources.disabled_targets));
}

void add_snapshots(MetricsText& text, const SnapshotStatistics& snapshots) {
  text.gauge("sosik_rendered_bytes", "Rendered documents in memory, all codings.",
             count(snapshots.bytes));
  text.gauge("sosik_rendered_budget_bytes", "What they may come to (server.memory_mib).",
             count(snapshots.budget));
  text.gauge("sosik_rendered_files", "Of large documents: descriptors held.",
             count(snapshots.descriptors));
  text.gauge("sosik_rendered_feeds", "Feeds and pages that are in memory in some form.",
             count(snapshots.slots));
  text.counter("sosik_rendered_evictions_total", "Feeds and pages whose bytes were given up.",
               count(snapshots.evictions));
  text.family("sosik_renders_total", "counter", "Documents rendered, by format.");
  for (std::size_t f = 0; f < format_count; ++f)
    text.sample(snapshots.rendered[f], metrics_label("format", to_string(static_cast<Format>(f))));
  text.family("sosik_render_seconds_total", "counter",
              "Time that took, reading the store included.");
  for (std::size_t f = 0; f < format_count; ++f)
    text.sample(snapshots.render_seconds[f],
                metrics_label("format", to_string(static_cast<Format>(f))));
  text.counter("sosik_renders_refused_total",
               "Documents that were not well-formed, so that the last good ones stay.",
               count(snapshots.refused));
  text.family("sosik_compressions_total", "counter", "Documents compressed, by content coding.");
  for (std::size_t c = 1; c < coding_count; ++c)
    text.sample(snapshots.compressed[c],
                metrics_label("coding", to_string(static_cast<Coding>(c))));
  text.family("sosik_compress_seconds_total", "counter", "Time that took.");
  for (std::size_t c = 1; c < coding_count; ++c)
    text.sample(snapshots.compress_seconds[c],
                metrics_label("coding", to_string(static_cast<Coding>(c))));
}

void add_step(MetricsText& text, const StepTotals& step) {
  text.counter("sosik_feed_revisions_total", "Revisions of feeds.", count(step.revisions));
  text.counter("sosik_posts_looked_at_total", "Posts that somebody touched.", count(step.posts));
  text.counter("sosik_post_notices_total", "Repairs of posts, and posts held back: see the log.",
               count(step.notices));
  text.counter("sosik_events_total", "Events recorded.", count(step.events));
  text.counter("sosik_deliveries_recorded_total", "Notifications owed to somebody.",
               count(step.deliveries));
}

// Seconds since 1970; 0 when the system does not say.
double process_start() {
  std::ifstream stat("/proc/self/stat");
  std::string line((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string skipped;
  double ticks = 0;  // field 22, counted from the process id; the state behind the name is 3
  for (int field = 3; field < 22; ++field) fields >> skipped;
  fields >> ticks;
  std::ifstream system("/proc/stat");
  double boot = 0;
  for (std::string word; system >> word;)
    if (word == "btime") {
      system >> boot;
      break;
    }
  return boot == 0 ? 0 : boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void add_process(MetricsText& text) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  text.counter("process_cpu_seconds_total", "User and system CPU time.",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  std::uint64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  text.gauge("process_start_time_seconds", "When it started, seconds since 1970.", process_start());
  text.gauge("process_virtual_memory_bytes", "Virtual memory.",
             count(pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))));
  text.gauge("process_resident_memory_bytes", "Resident memory.",
             count(resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))));
  std::error_code error;
  std::uint64_t descriptors = 0;
  for (std::filesystem::directory_iterator fd("/proc/self/fd", error), end; !error && fd != end;
       fd.increment(error))
    ++descriptors;
  text.gauge("process_open_fds", "Open descriptors.", count(descriptors));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  text.gauge("process_max_fds", "Descriptors that may be open.", count(limit.rlim_cur));
}

}  // namespace

std::chrono::milliseconds longest_overdue(const std::vector<QueueDepth>& queues, Timestamp now) {
  std::chrono::milliseconds longest{0};
  for (const auto& queue : queues)
    if (queue.due_since) longest = std::max(longest, now - *queue.due_since);
  return longest;
}

std::string metrics_label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text + '"';
}

void StepTotals::add(const StepReport& report) {
  revisions += report.changed_feeds.size();
  posts += report.posts;
  events += report.events;
  deliveries += report.deliveries;
  notices += report.notices.size();
}

std::string metrics_text(const MetricsSources& sources, const StepTotals& step) {
  MetricsText text;
  text.family("sosik_build_info", "gauge", "Always 1.");
  text.sample(std::uint64_t{1}, metrics_label("version", SOSIK_VERSION));
  text.gauge("sosik_active_node", "1 on the node that runs the syndication step.",
             sources.leads ? 1 : 0);
  text.counter("sosik_news_polls_total",
               "Looks at what the active node has committed, about four a second.",
               count(sources.news_polls));
  text.gauge("sosik_clock_offset_seconds", "How far the store's clock is ahead of this machine's.",
             std::chrono::duration<double>(sources.clock_offset).count());
  text.gauge("sosik_ready", "1 when /readyz says so.", sources.is_ready ? 1 : 0);
  add_server(text, sources);
  text.gauge("sosik_http_open_connections_limit", "What they may come to (server.max_connections).",
             count(sources.max_connections));
  add_tls(text, sources);
  add_deliveries(text, sources);
  add_snapshots(text, sources.snapshots);
  add_step(text, step);
  add_process(text);
  return text.take();
}

}  // namespace sosik
