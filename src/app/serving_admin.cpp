// What Serving tells the operator, and gives the admin API.
#include <algorithm>

#include "serving.hpp"
#include "sosik/publish/custom_header.hpp"
#include "sosik/publish/webhook_secret.hpp"
#include "sosik/store/ledger.hpp"
#include "sosik/syndicate/recover.hpp"

namespace sosik {

std::string Serving::trouble() {
  if (auto reason = step_->trouble(); !reason.empty()) return "step: " + reason;
  if (auto checked = probed_->check(); !checked) return "store: " + checked.error().detail;
  const auto queues = probed_->ledger().queue_depths(clock_.now());
  if (!queues) return "store: " + queues.error().detail;
  const auto overdue = longest_overdue(*queues, clock_.now());
  if (overdue < config_.publish.alarm_after) return {};
  return "deliveries: one has been due for " +
         std::to_string(std::chrono::floor<std::chrono::minutes>(overdue).count()) +
         " minutes; `sosik deliveries --state pending` shows which";
}

std::string Serving::metrics() {
  MetricsSources sources;
  if (server_) {
    sources.server = server_->counters();
    sources.open_connections = server_->open_connections();
    sources.certificate_expires_at = server_->certificate_expires_at();
  }
  sources.max_connections = shares_.max_connections;
  sources.leads = step_->leads();
  sources.news_polls = step_->polls();
  sources.clock_offset = clock_.ahead();
  sources.snapshots = snapshots_->statistics();
  sources.is_ready = trouble().empty();
  sources.now = clock_.now();
  auto& ledger = probed_->ledger();
  if (auto queues = ledger.queue_depths(sources.now)) sources.queues = *std::move(queues);
  if (const auto states = ledger.target_states(config_.plan.site.id))
    sources.disabled_targets = static_cast<std::size_t>(std::ranges::count_if(
        *states, [](const TargetState& state) { return state.disabled_at.has_value(); }));
  sources.attempts = publisher_->attempt_counts();
  return metrics_text(sources, totals_);
}

ApiContext Serving::api_context() {
  ApiContext api;
  api.open_store = store_opener();
  api.site = [this](SiteId site) -> std::optional<Site> {
    const auto plan = plans_.of(site);
    if (!plan) return std::nullopt;
    return plan->site;
  };
  api.clock = &clock_;
  api.image_base = config_.image_base;
  api.hook_key = config_.api.hook_key;
  api.allows_http = config_.api.allows_http;
  api.allowed_ports = config_.outbound.allowed_ports;
  api.endpoint_secret = [this](const Endpoint& endpoint) {
    return endpoint_secret(key_, endpoint.site, endpoint.id, endpoint.generation);
  };
  api.check_header = check_webhook_header;
  api.recover = [this](Store& store, const Endpoint& endpoint,
                       Timestamp since) -> Result<std::int64_t> {
    const auto plan = plans_.of(endpoint.site);
    if (!plan) return not_found("site " + std::to_string(endpoint.site) + " is not served");
    return recover_deliveries(store, *plan, target_of(endpoint), since, clock_.now());
  };
  api.posts_written = [this] { step_->wake(); };
  api.deliveries_owed = [this] { publisher_->wake(); };
  return api;
}

}  // namespace sosik
