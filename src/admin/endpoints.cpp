// /api/v1/endpoints: webhooks that are made here, and not in the configuration.
#include <algorithm>
#include <map>

#include "conditions.hpp"
#include "endpoint_json.hpp"
#include "handlers.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/store/ledger.hpp"

namespace sosik::admin {
namespace {

constexpr std::chrono::hours overlap{24};  // of two secrets (N-154)

std::string target_name(const Endpoint& endpoint) { return "webhook:" + endpoint.id; }

// Without its secret, which is no part of what the tag is over.
// A document's end may ask for memory, and all of its kind have to live with that.
struct Shown {  // NOLINT(bugprone-exception-escape)
  Json document;
  std::string text, tag;
};
Result<Shown> shown(const ApiCall& call, const Endpoint& endpoint) {
  const auto states = call.store.ledger().target_states(call.site.id);
  if (!states) return states.error();
  const auto target = target_name(endpoint);
  const auto found = std::find_if(states->begin(), states->end(),
                                  [&](const TargetState& state) { return state.target == target; });
  Shown made;
  made.document = endpoint_to_json(endpoint, found == states->end() ? nullptr : &*found,
                                   sight_of(call.site), call.context.clock->now());
  made.text = json_text(made.document);
  made.tag = entity_tag(made.text);
  return made;
}

Result<ApiAnswer> answer_with(const ApiCall& call, int status, const Endpoint& endpoint,
                              bool with_secret = false) {
  auto made = shown(call, endpoint);
  if (!made) return made.error();
  if (with_secret) made->document["secret"] = call.context.endpoint_secret(endpoint);
  auto answered = answer(status, made->document);
  answered.headers = {{"ETag", made->tag}};
  return answered;
}

// The publisher looks at its targets again.
Result<ApiAnswer> changed(Result<ApiAnswer> answer) {
  if (answer) answer->owes_deliveries = true;
  return answer;
}

using Refusal = std::optional<ApiAnswer>;

Result<Refusal> refuse_changed(const ApiCall& call, const Endpoint& endpoint) {
  const auto now = shown(call, endpoint);
  if (!now) return now.error();
  return refuse_by_condition(call.request, "endpoint", now->tag);
}

// The path's endpoint, changed in one transaction. `change` may refuse with a problem.
Result<ApiAnswer> change_endpoint(const ApiCall& call, bool shows_secret,
                                  const std::function<Result<Refusal>(Endpoint&)>& change) {
  Endpoint endpoint;
  Refusal refusal;
  Ledger& ledger = call.store.ledger();
  const auto worked = call.store.in_transaction(false, [&]() -> Result<void> {
    auto stored = ledger.read_endpoint(call.site.id, call.request.captures[0]);
    if (!stored) return stored.error();
    endpoint = *std::move(stored);
    auto changed = change(endpoint);
    if (!changed) return changed.error();
    refusal = *std::move(changed);
    return refusal ? Result<void>() : ledger.put_endpoint(endpoint);
  });
  if (!worked) return worked.error();
  if (refusal) return *std::move(refusal);
  return changed(answer_with(call, 200, endpoint, shows_secret));
}

// No member is understood: a body that has one is a mistake.
Refusal without_members(const ApiCall& call) {
  auto body = optional_json_body(call.request);
  if (body.problem) return body.problem;
  FieldErrors errors;
  Members(body.value, "", errors).finish();
  if (!errors.empty()) return bad_body(std::move(errors));
  return std::nullopt;
}

}  // namespace

Result<ApiAnswer> list_endpoints(const ApiCall& call) {
  FieldErrors errors;
  Parameters(call.request, errors).finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  Ledger& ledger = call.store.ledger();
  const auto endpoints = ledger.list_endpoints(call.site.id);
  if (!endpoints) return endpoints.error();
  const auto states = ledger.target_states(call.site.id);
  if (!states) return states.error();
  std::map<std::string_view, const TargetState*> by_target;
  for (const auto& state : *states) by_target[state.target] = &state;
  Json body = {{"endpoints", Json::array()}};
  for (const auto& endpoint : *endpoints) {
    const auto found = by_target.find(target_name(endpoint));
    body["endpoints"].push_back(endpoint_to_json(endpoint,
                                                 found == by_target.end() ? nullptr : found->second,
                                                 sight_of(call.site), call.context.clock->now()));
  }
  return answer(200, body);
}

Result<ApiAnswer> create_endpoint(const ApiCall& call) {
  auto body = json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  FieldErrors errors;
  auto endpoint = endpoint_from_json(body.value, call.context, nullptr, errors);
  if (!errors.empty()) return bad_body(std::move(errors));
  endpoint.site = call.site.id;
  endpoint.id = "ep_" + hex(random_bytes(8));
  endpoint.created_at = call.context.clock->now();
  if (const auto put = call.store.ledger().put_endpoint(endpoint); !put) return put.error();
  auto made = changed(answer_with(call, 201, endpoint, true));
  if (made) made->headers.emplace_back("Location", "/api/v1/endpoints/" + endpoint.id);
  return made;
}

Result<ApiAnswer> get_endpoint(const ApiCall& call) {
  const auto endpoint = call.store.ledger().read_endpoint(call.site.id, call.request.captures[0]);
  if (!endpoint) return endpoint.error();
  auto made = shown(call, *endpoint);
  if (!made) return made.error();
  return tagged(call.request, std::move(made->text));
}

Result<ApiAnswer> put_endpoint(const ApiCall& call) {
  const auto body = json_body(call.request);
  if (body.problem) return *body.problem;
  return change_endpoint(call, false, [&](Endpoint& endpoint) -> Result<Refusal> {
    auto refusal = refuse_changed(call, endpoint);
    if (!refusal || *refusal) return refusal;
    FieldErrors errors;
    auto wanted = endpoint_from_json(body.value, call.context, &endpoint, errors);
    if (!errors.empty()) return Refusal(bad_body(std::move(errors)));
    endpoint.description = std::move(wanted.description);
    endpoint.url = std::move(wanted.url);
    endpoint.filter = std::move(wanted.filter);
    endpoint.is_full = wanted.is_full;
    endpoint.headers = std::move(wanted.headers);
    return Refusal();
  });
}

Result<ApiAnswer> delete_endpoint(const ApiCall& call) {
  Refusal refusal;
  Ledger& ledger = call.store.ledger();
  const auto& id = call.request.captures[0];
  const auto worked = call.store.in_transaction(false, [&]() -> Result<void> {
    const auto endpoint = ledger.read_endpoint(call.site.id, id);
    if (!endpoint) return endpoint.error();
    auto refused = refuse_changed(call, *endpoint);
    if (!refused) return refused.error();
    refusal = *std::move(refused);
    return refusal ? Result<void>() : ledger.delete_endpoint(call.site.id, id);
  });
  if (!worked) return worked.error();
  if (refusal) return *std::move(refusal);
  return changed(no_content());
}

Result<ApiAnswer> rotate_endpoint(const ApiCall& call) {
  auto body = optional_json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  FieldErrors errors;
  Members members(body.value, "", errors);
  const bool is_forced = members.flag("force").value_or(false);
  members.finish();
  if (!errors.empty()) return bad_body(std::move(errors));
  const auto now = call.context.clock->now();
  return change_endpoint(call, true, [&](Endpoint& endpoint) -> Refusal {
    if (endpoint.previous_until && *endpoint.previous_until > now && !is_forced)
      return problem(409, "the secret before still signs too, until " +
                              shown_time(*endpoint.previous_until) +
                              "; it would end at once: say \"force\": true to do so");
    ++endpoint.generation;
    endpoint.previous_until = now + overlap;
    return std::nullopt;
  });
}

Result<ApiAnswer> revoke_previous_secret(const ApiCall& call) {
  if (auto refusal = without_members(call)) return *std::move(refusal);
  return change_endpoint(call, false, [](Endpoint& endpoint) -> Refusal {
    endpoint.previous_until.reset();
    return std::nullopt;
  });
}

Result<ApiAnswer> enable_endpoint(const ApiCall& call) {
  if (auto refusal = without_members(call)) return *std::move(refusal);
  Ledger& ledger = call.store.ledger();
  const auto endpoint = ledger.read_endpoint(call.site.id, call.request.captures[0]);
  if (!endpoint) return endpoint.error();
  const auto done = ledger.enable_target(call.site.id, target_name(*endpoint));
  if (!done) return done.error();
  return changed(answer_with(call, 200, *endpoint));
}

Result<ApiAnswer> disable_endpoint(const ApiCall& call) {
  if (auto refusal = without_members(call)) return *std::move(refusal);
  Ledger& ledger = call.store.ledger();
  const auto endpoint = ledger.read_endpoint(call.site.id, call.request.captures[0]);
  if (!endpoint) return endpoint.error();
  const auto done = ledger.disable_target(call.site.id, target_name(*endpoint), "by the admin API",
                                          call.context.clock->now());
  if (!done) return done.error();
  return changed(answer_with(call, 200, *endpoint));
}

Result<ApiAnswer> recover_endpoint(const ApiCall& call) {
  auto body = json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  FieldErrors errors;
  Members members(body.value, "", errors);
  const auto since = members.date("since", zone_of(call.site));
  members.finish();
  if (!since && errors.empty()) members.wrong("since", "is missing");
  if (!errors.empty()) return bad_body(std::move(errors));
  const auto endpoint = call.store.ledger().read_endpoint(call.site.id, call.request.captures[0]);
  if (!endpoint) return endpoint.error();
  const auto count = call.context.recover(call.store, *endpoint, *since);
  if (!count) return count.error();
  auto made = answer(200, {{"owed", *count}});
  made.owes_deliveries = *count > 0;
  return made;
}

}  // namespace sosik::admin
