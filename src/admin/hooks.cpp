// /api/v1/hooks/generic: a system that cannot write to the store publishes by webhook.
#include "handlers.hpp"
#include "hook_post.hpp"
#include "post_json.hpp"
#include "stored_post.hpp"

namespace sosik::admin {
Result<ApiAnswer> take_hook(const ApiCall& call) {
  FieldErrors errors;
  Parameters parameters(call.request, errors);
  const bool is_quiet = parameters.flag("quiet");
  parameters.finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  auto body = json_body(call.request);
  if (body.problem) return *std::move(body.problem);
  auto hook = hook_post_from_json(body.value, zone_of(call.site), errors);
  if (!errors.empty()) return bad_body(std::move(errors));
  Post& post = hook.post;
  post.site = call.site.id;
  std::string_view outcome = "unchanged";
  const auto worked = call.store.in_transaction(is_quiet, [&]() -> Result<void> {
    const auto stored = stored_post(call, post.post_id);
    if (!stored) return stored.error();
    if (hook.is_gone) {
      if (!*stored) return {};  // it is as it is wanted; a sender would try for ever
      outcome = "deleted";
      return call.store.delete_post(call.site.id, post.post_id);
    }
    if (hook.is_bare) {
      if (!*stored) return {};
      const auto status = post.status;
      post = **stored;
      post.status = status;
    }
    keep_identity(post, *stored ? &**stored : nullptr);
    give_date(post, *stored ? &**stored : nullptr, call.context.clock->now());
    const auto put = call.store.put_post(post);
    if (!put) return put.error();
    outcome = put_outcome_names[static_cast<std::size_t>(*put)];
    return {};
  });
  if (!worked) return worked.error();
  auto taken =
      answer(outcome == "created" ? 201 : 200, {{"post_id", post.post_id}, {"outcome", outcome}});
  taken.wrote_posts = outcome != "unchanged";
  return taken;
}

}  // namespace sosik::admin
