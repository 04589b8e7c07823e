// /api/v1/posts
#include <charconv>
#include <utility>

#include "conditions.hpp"
#include "handlers.hpp"
#include "post_json.hpp"
#include "posted_markdown.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/url.hpp"
#include "stored_post.hpp"

namespace sosik::admin {
namespace {

constexpr std::int64_t most_posts = 500;

std::string post_path(std::string_view id) { return "/api/v1/posts/" + encode_segment(id); }

// Where a list goes on: the date and key of the last post told.
std::string cursor_after(const PostOverview& post) {
  return (post.published_at ? std::to_string(to_unix_ms(*post.published_at)) : "-") + "." +
         post.post_id;
}

std::optional<PostPlace> place_of(std::string_view cursor) {
  const auto dot = cursor.find('.');
  if (dot == cursor.npos) return std::nullopt;
  PostPlace place{std::nullopt, std::string(cursor.substr(dot + 1))};
  if (cursor.substr(0, dot) == "-") return place;
  std::int64_t ms = 0;
  const auto [stop, ec] = std::from_chars(cursor.data(), cursor.data() + dot, ms);
  if (ec != std::errc() || stop != cursor.data() + dot) return std::nullopt;
  place.published_at = from_unix_ms(ms);
  return place;
}

Json overview_to_json(const PostOverview& post) {
  Json shown = {{"post_id", post.post_id},
                {"id", post.entry_id.empty() ? Json() : Json(post.entry_id)},
                {"status", post_status_names[static_cast<std::size_t>(post.status)]},
                {"is_shown", post.is_shown},
                {"slug", post.slug},
                {"title", post.title},
                {"published_at", shown_time(post.published_at)},
                {"held_back", post.held_back.empty() ? Json() : Json(post.held_back)},
                {"held_back_from", Json::array()}};
  for (const auto& held : post.held_back_from)
    shown["held_back_from"].push_back(
        {{"feed", held.feed}, {"format", to_string(held.format)}, {"reason", held.reason}});
  return shown;
}

std::string document_of(const Post& post) { return json_text(post_to_json(post)); }

// What a call is about to replace or delete, and 412 where its conditions do not let it.
struct Before {
  std::optional<Post> post;
  std::optional<std::string> tag;
  std::optional<ApiAnswer> refusal;
};
Result<Before> before_write(const ApiCall& call, std::string_view id) {
  auto stored = stored_post(call, id);
  if (!stored) return stored.error();
  Before before{*std::move(stored), std::nullopt, std::nullopt};
  if (before.post) before.tag = entity_tag(document_of(*before.post));
  before.refusal = refuse_by_condition(call.request, "post", before.tag);
  return before;
}

// The post of the body, or the problem that the body is.
struct Posted {
  Post post;
  std::optional<ApiAnswer> problem;
};
using ReadBody = std::function<Posted(const Post* stored)>;

// Reads the body but once, before there is any transaction; the answer may be asked for again.
ReadBody body_reader(const ApiCall& call) {
  if (call.request.content_type == "text/markdown") {
    // The configuration's is where the main site's pictures are.
    const bool is_main = call.site.id == main_site;
    auto read = post_from_markdown_body(call.request.body, call.site,
                                        is_main ? call.context.image_base : std::string());
    return [read = std::move(read)](const Post* stored) {
      if (!read) return Posted{{}, problem(422, read.error().detail)};
      Posted posted{*read, {}};
      if (stored) {
        posted.post.source = stored->source;
        posted.post.source_key = stored->source_key;
      }
      keep_identity(posted.post, stored);
      return posted;
    };
  }
  if (call.request.content_type != "application/json")
    return [](const Post*) {
      return Posted{{}, problem(415, "the body must be application/json or text/markdown")};
    };
  auto body = std::make_shared<const JsonBody>(json_body(call.request));
  return [body, zone = zone_of(call.site), now = call.context.clock->now()](const Post* stored) {
    if (body->problem) return Posted{{}, body->problem};
    FieldErrors errors;
    Posted posted{post_from_json(body->value, zone, stored, now, errors), {}};
    if (!errors.empty()) posted.problem = bad_body(std::move(errors));
    return posted;
  };
}

bool is_quiet_of(const ApiCall& call, FieldErrors& errors) {
  Parameters parameters(call.request, errors);
  const bool is_quiet = parameters.flag("quiet");
  parameters.finish();
  return is_quiet;
}

// A new post without an id of its own gets one.
std::string mint_id() { return "post_" + hex(random_bytes(8)); }

}  // namespace

Result<ApiAnswer> list_posts(const ApiCall& call) {
  FieldErrors errors;
  Parameters parameters(call.request, errors);
  PostSelection wanted;
  wanted.limit = static_cast<std::size_t>(parameters.integer("limit", 1, most_posts).value_or(50));
  if (const auto status = parameters.choice("status", post_status_names))
    wanted.status = static_cast<PostStatus>(*status);
  if (const auto cursor = parameters.text("cursor")) {
    wanted.after = place_of(*cursor);
    if (!wanted.after) parameters.wrong("cursor", "is none that a list has given");
  }
  parameters.finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  const auto list = call.store.list_posts(call.site.id, wanted);
  if (!list) return list.error();
  Json body = {{"posts", Json::array()}, {"next", nullptr}};
  for (const auto& post : *list) body["posts"].push_back(overview_to_json(post));
  if (list->size() == wanted.limit) body["next"] = cursor_after(list->back());
  return answer(200, body);
}

Result<ApiAnswer> get_post(const ApiCall& call) {
  FieldErrors errors;
  Parameters(call.request, errors).finish();
  if (!errors.empty()) return bad_query(std::move(errors));
  const auto post = call.store.read_post(call.site.id, call.request.captures[0]);
  if (!post) return post.error();
  return tagged(call.request, document_of(*post));
}

Result<ApiAnswer> put_post(const ApiCall& call) {
  const std::string& id = call.request.captures[0];
  FieldErrors errors;
  const bool is_quiet = is_quiet_of(call, errors);
  if (!errors.empty()) return bad_query(std::move(errors));
  if (id.size() > 255) return problem(422, "the id of a post has 1 to 255 bytes");
  const auto read_body = body_reader(call);
  std::optional<ApiAnswer> done;
  bool has_written = false;
  const auto worked = call.store.in_transaction(is_quiet, [&]() -> Result<void> {
    const auto before = before_write(call, id);
    if (!before) return before.error();
    if (before->refusal) {
      done = before->refusal;
      return {};
    }
    auto tag = before->tag;
    auto posted = read_body(before->post ? &*before->post : nullptr);
    if (!posted.problem && call.request.content_type == "application/json" &&
        !posted.post.post_id.empty() && posted.post.post_id != id)
      posted.problem = bad_body({{"#/post_id", "is another one than the path names", false}});
    if (posted.problem) {
      done = std::move(posted.problem);
      return {};
    }
    posted.post.site = call.site.id;
    posted.post.post_id = id;
    const auto put = call.store.put_post(posted.post);
    if (!put) return put.error();
    if (*put != PutOutcome::unchanged) {
      const auto written = call.store.read_post(call.site.id, id);
      if (!written) return written.error();
      tag = entity_tag(document_of(*written));
      has_written = true;
    }
    done =
        answer(*put == PutOutcome::created ? 201 : 200,
               {{"post_id", id}, {"outcome", put_outcome_names[static_cast<std::size_t>(*put)]}});
    done->headers = {{"ETag", *tag}};
    if (*put == PutOutcome::created) done->headers.emplace_back("Location", post_path(id));
    return {};
  });
  if (!worked) return worked.error();
  done->wrote_posts = has_written;
  return *std::move(done);
}

Result<ApiAnswer> create_post(const ApiCall& call) {
  FieldErrors errors;
  const bool is_quiet = is_quiet_of(call, errors);
  if (!errors.empty()) return bad_query(std::move(errors));
  auto posted = body_reader(call)(nullptr);
  const bool is_json = call.request.content_type == "application/json";
  if (!posted.problem && is_json && !posted.post.post_id.empty())
    posted.problem =
        bad_body({{"#/post_id", "is given here; PUT /api/v1/posts/{id} takes yours", false}});
  if (posted.problem) return *std::move(posted.problem);
  Post& post = posted.post;
  post.site = call.site.id;
  if (post.post_id.empty()) post.post_id = mint_id();
  std::string tag;
  const auto worked = call.store.in_transaction(is_quiet, [&]() -> Result<void> {
    const auto stored = stored_post(call, post.post_id);
    if (!stored) return stored.error();
    if (*stored)
      return Error{Errc::conflict, "there is a post '" + post.post_id + "'; PUT replaces it"};
    if (const auto put = call.store.put_post(post); !put) return put.error();
    const auto written = call.store.read_post(call.site.id, post.post_id);
    if (!written) return written.error();
    tag = entity_tag(document_of(*written));
    return {};
  });
  if (!worked) return worked.error();
  auto made = answer(201, {{"post_id", post.post_id}, {"outcome", "created"}});
  made.headers = {{"ETag", tag}, {"Location", post_path(post.post_id)}};
  made.wrote_posts = true;
  return made;
}

Result<ApiAnswer> delete_post(const ApiCall& call) {
  FieldErrors errors;
  const bool is_quiet = is_quiet_of(call, errors);
  if (!errors.empty()) return bad_query(std::move(errors));
  const std::string& id = call.request.captures[0];
  std::optional<ApiAnswer> refused;
  const auto worked = call.store.in_transaction(is_quiet, [&]() -> Result<void> {
    const auto before = before_write(call, id);
    if (!before) return before.error();
    refused = before->refusal;
    if (refused) return {};
    return call.store.delete_post(call.site.id, id);
  });
  if (!worked) return worked.error();
  if (refused) return *std::move(refused);
  auto gone = no_content();
  gone.wrote_posts = true;
  return gone;
}

}  // namespace sosik::admin
