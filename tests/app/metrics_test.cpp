// /metrics in Prometheus' text exposition format 0.0.4, read here by its rules.
#include "metrics.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "catch.hpp"

using namespace sosik;
using namespace std::chrono_literals;

namespace {

struct Exposition {
  std::map<std::string, std::string> types;    // of families
  std::map<std::string, std::string> samples;  // "name{labels}" to value
};

bool is_name(std::string_view text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
}

bool is_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && std::isfinite(value);
}

// {name="value",...}: quotes, backslashes and line ends inside a value are escaped.
bool are_labels(std::string_view text) {
  if (!text.starts_with('{') || !text.ends_with('}')) return false;
  text = text.substr(1, text.size() - 2);
  for (;;) {
    const auto equals = text.find("=\"");
    if (equals == text.npos || !is_name(text.substr(0, equals))) return false;
    text.remove_prefix(equals + 2);
    while (!text.empty() && text[0] != '"') {
      const bool is_escape = text[0] == '\\';
      if (is_escape && (text.size() < 2 || std::string_view("\\\"n").find(text[1]) == text.npos))
        return false;
      text.remove_prefix(is_escape ? 2 : 1);
    }
    if (text.empty()) return false;
    text.remove_prefix(1);
    if (text.empty()) return true;
    if (text[0] != ',') return false;
    text.remove_prefix(1);
  }
}

// Fails the test for whatever a scraper would stumble over.
Exposition parse(const std::string& text) {
  Exposition found;
  std::string described, family;
  REQUIRE(text.ends_with('\n'));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    std::istringstream words(line);
    std::string mark, keyword, name, kind;
    words >> mark >> keyword >> name >> kind;
    if (line.starts_with("# HELP ")) {
      described = name;
      CHECK(is_name(name));
      CHECK_FALSE(kind.empty());
      CHECK(line.find('\\') == line.npos);
      CHECK_FALSE(found.types.contains(name));
    } else if (line.starts_with("# TYPE ")) {
      family = name;
      CHECK(family == described);  // HELP, TYPE, samples: together, once
      CHECK((kind == "counter" || kind == "gauge"));
      CHECK(found.types.emplace(family, kind).second);
      CHECK((kind == "counter") == family.ends_with("_total"));
    } else {
      const auto space = line.rfind(' ');
      REQUIRE(space != line.npos);
      const auto series = line.substr(0, space), value = line.substr(space + 1);
      CHECK(is_number(value));
      REQUIRE(series.starts_with(family));
      const auto labels = series.substr(family.size());
      CHECK((labels.empty() || are_labels(labels)));
      CHECK(found.samples.emplace(series, value).second);
    }
  }
  // OpenMetrics names the family without _total: then two must not be one.
  for (const auto& [name, kind] : found.types) CHECK_FALSE(found.types.contains(name + "_total"));
  return found;
}

MetricsSources sample_sources() {
  MetricsSources sources;
  sources.server.by_status = {{200, 10, 5000}, {304, 1'000'000, 350}, {429, 3, 30}};
  sources.server.by_format[0][1] = 7;
  sources.server.by_format[2][0] = 8;
  sources.server.connections = 21;
  sources.server.refused_connections = 22;
  sources.server.shed_connections = 29;
  sources.server.handshake_failures[static_cast<std::size_t>(TlsFailure::refused)] = 30;
  sources.certificate_expires_at = from_unix_ms(1'800'000'000'500);
  sources.server.throttled_addresses = {23, 27};
  sources.server.throttled_aggregators = {24, 28};
  sources.server.log_lines_dropped = 25;
  sources.open_connections = 26;
  sources.max_connections = 10'000;
  sources.snapshots.bytes = 31;
  sources.snapshots.budget = 268'435'456;
  sources.snapshots.descriptors = 32;
  sources.snapshots.slots = 33;
  sources.snapshots.evictions = 34;
  sources.snapshots.refused = 35;
  sources.snapshots.rendered = {41, 42, 43, 44};
  sources.snapshots.render_seconds = {0.5, 1.25, 1e-7, 4};
  sources.snapshots.compressed = {99, 51, 52, 53};
  sources.snapshots.compress_seconds = {99, 0.125, 2, 3};
  sources.is_ready = true;
  return sources;
}

StepReport sample_report() {
  StepReport report;
  report.changed_feeds.resize(2);
  report.posts = 3;
  report.events = 4;
  report.deliveries = 5;
  report.notices.resize(6);
  return report;
}

}  // namespace

TEST_CASE("A server that nobody asked for anything has metrics too", "[app][metrics]") {
  const auto empty = parse(metrics_text({}, StepTotals{}));
  CHECK(empty.samples.at("sosik_build_info{version=\"" SOSIK_VERSION "\"}") == "1");
  CHECK(empty.samples.at("sosik_ready") == "0");
  CHECK(empty.samples.at("sosik_feed_revisions_total") == "0");
  CHECK(empty.types.at("sosik_http_requests_total") == "counter");
}

TEST_CASE("Every number that an operator asks for is there", "[app][metrics]") {
  StepTotals totals;
  totals.add(sample_report());
  totals.add(sample_report());
  const auto metrics = parse(metrics_text(sample_sources(), totals));
  const auto [name, want] = GENERATE(table<std::string, double>({
      {"sosik_ready", 1},
      {"sosik_http_requests_total{status=\"200\"}", 10},
      {"sosik_http_requests_total{status=\"304\"}", 1'000'000},
      {"sosik_http_requests_total{status=\"429\"}", 3},
      {"sosik_http_response_bytes_total{status=\"200\"}", 5000},
      {"sosik_http_response_bytes_total{status=\"304\"}", 350},
      {"sosik_http_documents_total{format=\"rss\",coding=\"gzip\"}", 7},
      {"sosik_http_documents_total{format=\"json\",coding=\"identity\"}", 8},
      {"sosik_http_connections_total", 21},
      {"sosik_http_connections_refused_total", 22},
      {"sosik_http_connections_shed_total", 29},
      {"sosik_tls_handshake_failures_total{reason=\"refused\"}", 30},
      {"sosik_tls_handshake_failures_total{reason=\"not_tls\"}", 0},
      {"sosik_tls_certificate_expiry_timestamp_seconds", 1'800'000'000},
      {"sosik_http_open_connections", 26},
      {"sosik_http_open_connections_limit", 10'000},
      {"sosik_http_throttled_total{client=\"address\",asked=\"no\"}", 23},
      {"sosik_http_throttled_total{client=\"address\",asked=\"yes\"}", 27},
      {"sosik_http_throttled_total{client=\"aggregator\",asked=\"no\"}", 24},
      {"sosik_http_throttled_total{client=\"aggregator\",asked=\"yes\"}", 28},
      {"sosik_access_log_dropped_lines_total", 25},
      {"sosik_rendered_bytes", 31},
      {"sosik_rendered_budget_bytes", 268'435'456},
      {"sosik_rendered_files", 32},
      {"sosik_rendered_feeds", 33},
      {"sosik_rendered_evictions_total", 34},
      {"sosik_renders_refused_total", 35},
      {"sosik_renders_total{format=\"rss\"}", 41},
      {"sosik_renders_total{format=\"html\"}", 44},
      {"sosik_render_seconds_total{format=\"atom\"}", 1.25},
      {"sosik_render_seconds_total{format=\"json\"}", 1e-7},
      {"sosik_compressions_total{coding=\"gzip\"}", 51},
      {"sosik_compressions_total{coding=\"zstd\"}", 53},
      {"sosik_compress_seconds_total{coding=\"gzip\"}", 0.125},
      {"sosik_compress_seconds_total{coding=\"br\"}", 2},
      {"sosik_feed_revisions_total", 4},
      {"sosik_posts_looked_at_total", 6},
      {"sosik_events_total", 8},
      {"sosik_deliveries_recorded_total", 10},
      {"sosik_post_notices_total", 12},
      {"sosik_deliveries_overdue_seconds", 0},
  }));
  INFO(name);
  REQUIRE(metrics.samples.contains(name));
  CHECK(std::stod(metrics.samples.at(name)) == want);
}

TEST_CASE("What was never asked for in a format and coding is no sample", "[app][metrics]") {
  const auto metrics = parse(metrics_text(sample_sources(), StepTotals{}));
  CHECK(std::ranges::count_if(metrics.samples, [](const auto& sample) {
          return sample.first.starts_with("sosik_http_documents_total{");
        }) == 2);
  CHECK_FALSE(metrics.samples.contains("sosik_compressions_total{coding=\"identity\"}"));
}

TEST_CASE("A notification that waits too long shows, one that is not due yet does not",
          "[app][metrics]") {
  MetricsSources sources;
  sources.now = from_unix_ms(1'795'424'709'000);
  const auto overdue = [&](std::chrono::milliseconds ago) {
    QueueDepth waiting, quick;
    waiting.due_since = sources.now - ago;
    quick.kind = TargetKind::webhook;
    quick.open = 2;
    sources.queues = {quick, waiting};
    return parse(metrics_text(sources, StepTotals{}))
        .samples.at("sosik_deliveries_overdue_seconds");
  };
  CHECK(overdue(90'500ms) == "90.5");
  CHECK(overdue(0ms) == "0");
  CHECK(overdue(-5'000ms) == "0");
  CHECK(parse(metrics_text(sources, StepTotals{}))
            .samples.at("sosik_deliveries_open{kind=\"webhook\"}") == "2");
}

TEST_CASE("Attempts are counted by kind of target and by what became of them [N-215]",
          "[app][metrics]") {
  MetricsSources sources;
  sources.attempts[static_cast<std::size_t>(TargetKind::slack)].back() = 7;
  sources.attempts[static_cast<std::size_t>(TargetKind::websub)][1] = 3;
  const auto samples = parse(metrics_text(sources, StepTotals{})).samples;
  CHECK(samples.at("sosik_delivery_attempts_total{kind=\"slack\",result=\"told\"}") == "7");
  CHECK(samples.at("sosik_delivery_attempts_total{kind=\"websub\",result=\"dns\"}") == "3");
}

TEST_CASE("The process tells what it uses and what it may use", "[app][metrics]") {
  const auto metrics = parse(metrics_text({}, StepTotals{})).samples;
  const auto value = [&](const std::string& name) { return std::stod(metrics.at(name)); };
  CHECK(value("process_resident_memory_bytes") > 1'000'000);
  CHECK(value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"));
  CHECK(value("process_open_fds") >= 3);
  CHECK(value("process_max_fds") >= value("process_open_fds"));
  CHECK(metrics.contains("process_cpu_seconds_total"));
  const auto now = static_cast<double>(to_unix_seconds(SystemClock().now()));
  CHECK(value("process_start_time_seconds") > 1'600'000'000);
  CHECK(value("process_start_time_seconds") < now + 3600);
}

TEST_CASE("A label's value is escaped", "[app][metrics]") {
  const auto label = metrics_label("a", "x\\y\"z\nw");
  CHECK(label == "a=\"x\\\\y\\\"z\\nw\"");
  CHECK(are_labels("{" + label + "}"));
  CHECK_FALSE(are_labels("{a=\"x\\y\"}"));  // the test's own reader knows a bad one
  CHECK_FALSE(are_labels("{a=\"x\"y\"}"));
}
