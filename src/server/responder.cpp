#include "responder.hpp"

#include <algorithm>
#include <array>

#include "aggregator.hpp"
#include "conditional.hpp"
#include "constant_slots.hpp"
#include "explanation.hpp"
#include "header_list.hpp"
#include "host_name.hpp"
#include "negotiation.hpp"
#include "sosik/render/render.hpp"

namespace sosik {

namespace {

constexpr std::string_view allow = "Allow: GET, HEAD, OPTIONS\r\n";
constexpr std::string_view stored_shortly = "Cache-Control: public, max-age=60\r\n";  // H-181
constexpr std::string_view never_stored = "Cache-Control: no-store\r\n";

// What scripts may read of it, besides what they always may (H-250).
std::string retry_after(unsigned seconds) {
  return "Retry-After: " + std::to_string(seconds) +
         "\r\nAccess-Control-Expose-Headers: Retry-After\r\n";
}

// By the host as it was sent; nothing is copied but to a place of its own.
const OtherSites::Place* find_place(const OtherSites& others, std::string_view host) {
  constexpr std::size_t longest = 253;
  std::array<char, longest> lower;
  const std::string_view name = host_name(host);
  if (name.size() > lower.size()) return nullptr;
  std::ranges::transform(name, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = others.by_host.find(std::string_view(lower.data(), name.size()));
  return found == others.by_host.end() ? nullptr : &found->second;
}

// Each site's feeds have budgets of their own.
std::uint64_t feed_of_site(SiteId site, std::uint64_t feed) {
  return feed ^ (static_cast<std::uint64_t>(site) * 0x9E3779B97F4A7C15U);
}

}  // namespace

Result<Made> make_missing(Snapshots& snapshots, const Missing& missing) {
  // A slot can be emptied by a change between open() and current(); then it is opened anew.
  constexpr int attempts = 5;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    Result<std::shared_ptr<Slot>> slot = snapshots.open(missing.site, missing.key);
    if (!slot) return slot.error();
    Made made;
    made.slot = *slot;
    made.snapshot = made.slot->current();
    if (!made.snapshot) continue;
    if (missing.is_only_opened) return made;
    Result<const Representation*> representation =
        made.snapshot->make(missing.format, missing.coding);
    if (!representation) return representation.error();
    made.representation = *representation;
    return made;
  }
  return unavailable("'" + missing.key + "' changes faster than it can be opened");
}

Responder::Responder(const ServerOptions& options, Snapshots& snapshots, const Clock& clock,
                     PollBudget& polls, const TrustedProxies& trusted_proxies)
    : options_(options),
      trusted_proxies_(trusted_proxies),
      polls_(polls),
      public_origin_(options.public_origin),
      base_path_(options.base_path),
      indexnow_key_(options.indexnow_key),
      snapshots_(snapshots),
      clock_(clock),
      witnesses_(options.on_fetch),
      style_sheet_(style_sheet_slot()),
      indexnow_file_(indexnow_key_slot(options.indexnow_key)) {
  adopt(options.others);
  witnesses_.adopt(std::make_shared<const Parties>(options.parties));
  if (options.hsts_seconds > 0)
    transport_security_ =
        "Strict-Transport-Security: max-age=" + std::to_string(options.hsts_seconds) + "\r\n";
}

void Responder::adopt(ServerChanges changes) {
  public_origin_ = std::move(changes.public_origin);
  base_path_ = std::move(changes.base_path);
  if (changes.indexnow_key != indexnow_key_) {
    indexnow_key_ = std::move(changes.indexnow_key);
    indexnow_file_ = indexnow_key_slot(indexnow_key_);
  }
  witnesses_.adopt(std::make_shared<const Parties>(changes.parties));
  routes_.clear();
}

void Responder::adopt(std::shared_ptr<const OtherSites> others) {
  others_ = std::move(others);
  site_ = {};  // it may have pointed into the ones before
  if (others_) {
    others_indexnow_file_ = indexnow_key_slot(others_->indexnow_key);
    witnesses_.adopt_others(std::make_shared<const Parties>(others_->parties));
  }
  routes_.make_room_for(others_ ? others_->by_host.size() + 1 : 1);
  routes_.clear();
}

Route Responder::route_of(const Request& request) const {
  return route(request.path, site_.base_path, site_.indexnow_key);
}

const std::shared_ptr<Slot>& Responder::constant(const Route& route) const {
  static const std::shared_ptr<Slot> none;
  if (route.kind == Route::Kind::style_sheet) return style_sheet_;
  if (route.kind != Route::Kind::indexnow_key) return none;
  return site_.id == main_site ? indexnow_file_ : others_indexnow_file_;
}

std::optional<Missing> Responder::respond(const Request& request, Response& response) {
  response.reset(!request.keep_alive || is_draining_);
  now_ = clock_.now();
  status_lines_.set(now_);
  if (const int status = choose_site(request)) {
    respond_error(request, status, status == 503 ? retry_after(300) : std::string(), response);
    return std::nullopt;
  }
  if (request.is_read())
    if (KnownPath* known = routes_.find(site_.id, request.path))
      return respond_known(request, *known, response);

  if (request.method == Method::unknown) {
    respond_error(request, 501, {}, response);
    return std::nullopt;
  }
  if (request.path == "*") {
    respond_options(request, response);
    return std::nullopt;
  }
  if (request.method == Method::other) {
    respond_error(request, 405, allow, response);
    return std::nullopt;
  }
  Route route = route_of(request);
  if (route.kind == Route::Kind::bad_request) {
    respond_error(request, 400, {}, response);
  } else if (route.kind == Route::Kind::not_found) {
    respond_error(request, 404, stored_shortly, response);
  } else if (request.method == Method::options) {
    respond_options(request, response);
  } else if (route.canonical != request.path) {
    return respond_misspelled(request, route, response);
  } else {
    KnownPath known;
    known.route = std::move(route);
    if (const auto& fixed = constant(known.route)) {
      known.feed.set(fixed);
    } else {
      if (auto slot = snapshots_.find(site_.id, known.route.key)) known.feed.set(std::move(slot));
      if (known.route.kind == Route::Kind::negotiated)
        if (auto slot = snapshots_.find(site_.id, known.route.html_key()))
          known.page.set(std::move(slot));
    }
    if (auto missing = respond_known(request, known, response)) return missing;
    if (response.is_represented) routes_.insert(site_.id, request.path, {}) = std::move(known);
  }
  return std::nullopt;
}

std::optional<Missing> Responder::respond_known(const Request& request, KnownPath& known,
                                                Response& response) {
  const Route& route = known.route;
  const Wish wish(request, route);
  if (!wish.can_be_met()) {
    const std::shared_ptr<Snapshot>& snapshot = known.feed.snapshot();
    if (!snapshot) return Missing{site_.id, route.key, route.format, Coding::identity, true};
    respond_unacceptable(request, route, snapshot, response);
    return std::nullopt;
  }
  const Format format = *wish.format;
  const Coding coding = *wish.coding;
  const bool is_page = route.kind == Route::Kind::negotiated && format == Format::html;
  const std::shared_ptr<Snapshot>& snapshot = (is_page ? known.page : known.feed).snapshot();
  const Representation* representation = snapshot ? snapshot->find(format, coding) : nullptr;
  if (!representation && snapshot && request.is_conditional()) {
    // Not in memory; but what is remembered of it may be enough for a 304.
    const Representation* remembered = snapshot->known(format, coding);
    if (remembered && remembered->status == 200 &&
        evaluate(request, *remembered, remembered->changed_at <= now_, now_) ==
            Precondition::not_modified)
      representation = remembered;
  }
  if (!representation) {
    // Nothing is made for an answer that would be refused (H-235).
    const auto poll = request.is_conditional() ? std::nullopt : poll_of(request, route, format);
    if (poll) {
      if (const unsigned seconds = polls_.must_wait(*poll, std::chrono::steady_clock::now())) {
        respond_throttled(request, *poll, seconds, response);
        return std::nullopt;
      }
    }
    Missing missing;
    missing.site = site_.id;
    missing.key = is_page ? route.html_key() : route.key;
    missing.format = format;
    missing.coding = coding;
    missing.is_only_opened = !snapshot && request.is_conditional();
    return missing;
  }
  const Choice choice{route, snapshot, format, wish.codings};
  respond_representation(request, choice, *representation, response);
  return std::nullopt;
}

// Only what exists, and is where it always was, can be unacceptable (H-060).
void Responder::respond_unacceptable(const Request& request, const Route& route,
                                     const std::shared_ptr<Snapshot>& snapshot,
                                     Response& response) {
  const Representation* found = snapshot->find(route.format, Coding::identity);
  if (found && found->status != 200) return respond_as_is(request, route.format, *found, response);
  const bool is_negotiated = route.kind == Route::Kind::negotiated;
  respond_error(request, 406, is_negotiated ? vary_negotiated : vary_fixed, response);
}

std::optional<Missing> Responder::respond_made(const Request& request, const Missing& missing,
                                               const Result<Made>& made, Response& response) {
  response.reset(!request.keep_alive || is_draining_);
  now_ = clock_.now();
  status_lines_.set(now_);
  // What was given up to make room for this goes now, not at the next tick.
  if (made && made->representation) drop_stale();
  // After adopt() host and path may mean something else than what was fetched for them.
  const bool is_of_site = choose_site(request) == 0 && site_.id == missing.site;
  Route route = route_of(request);
  const bool is_for_this =
      is_of_site && (missing.key == route.key || missing.key == route.html_key());
  const bool has_moved = route.canonical.empty() || !is_for_this;
  if (!made || has_moved) {
    if (!has_moved && made.error().code == Errc::not_found)
      respond_error(request, 404, stored_shortly, response);
    else
      respond_error(request, 503, retry_after(5), response);
    return std::nullopt;
  }
  if (made->slot->key() != missing.key)  // H-271; the feed knows its own spelling
    route.canonical = respelled(route, made->slot->key(), site_.base_path);
  if (route.canonical != request.path) {
    if (!made->representation) return respond_misspelled(request, route, response);
    redirect(request, route, *made->representation, response);
    return std::nullopt;
  }
  const bool is_page = route.kind == Route::Kind::negotiated && missing.format == Format::html;
  KnownPath* known = routes_.find(site_.id, request.path);
  if (!known) known = &routes_.insert(site_.id, request.path, std::move(route));
  (is_page ? known->page : known->feed).set(made->slot);
  const Wish wish(request, known->route);
  if (!wish.can_be_met()) {
    respond_unacceptable(request, known->route, made->snapshot, response);
    return std::nullopt;
  }
  if (!made->representation) {
    auto more = respond_known(request, *known, response);
    if (more) more->is_only_opened = false;
    return more;
  }
  const Choice choice{known->route, made->snapshot, missing.format, wish.codings};
  respond_representation(request, choice, *made->representation, response);
  return std::nullopt;
}

void Responder::respond_representation(const Request& request, const Choice& choice,
                                       const Representation& selected, Response& response) {
  if (selected.status != 200) return respond_as_is(request, choice.format, selected, response);
  // A document may not have the coding that was chosen. Refused whatever the conditions (H-060).
  if (!choice.codings.accepts(selected.coding))
    return respond_error(request, 406, choice.vary(), response);
  const bool has_last_modified = selected.changed_at <= now_;  // H-115
  std::string& head = response.head;
  const Representation* representation = &selected;
  switch (evaluate(request, selected, has_last_modified, now_)) {
    case Precondition::failed:
      respond_error(request, 412, choice.vary(), response);
      return;
    case Precondition::not_modified:
      response.status = 304;
      representation =
          &named_representation(request, choice.codings, *choice.snapshot, choice.format, selected);
      head += status_lines_.not_modified();
      break;
    case Precondition::proceed:
      if (const auto poll = poll_of(request, choice.route, choice.format)) {
        if (const unsigned seconds = polls_.spend(*poll, std::chrono::steady_clock::now())) {
          respond_throttled(request, *poll, seconds, response);
          return;
        }
      }
      response.status = 200;
      head += status_lines_.ok();
      break;
  }
  if (response.status == 200 && witnesses_.is_looking(site_.id) && request.method == Method::get)
    witnesses_.look(request.user_agent.value_or(""), client_of(request), site_.id,
                    choice.document_key(), choice.format, representation->changed_at, now_);
  response.represents(choice.format, *representation);
  head += choice.vary();
  if (choice.is_negotiated()) head += representation->content_location;
  if (has_last_modified) head += representation->last_modified;
  append_connection(request, response);
  if (response.status == 304)
    head += representation->head_304;
  else
    append_body(request, *representation, response);
}

// A feed that has moved, or is gone.
void Responder::respond_as_is(const Request& request, Format format,
                              const Representation& representation, Response& response) {
  response.status = representation.status;
  response.represents(format, representation);
  status_lines_.append(response.head, representation.status);
  append_connection(request, response);
  append_body(request, representation, response);
}

void Responder::append_body(const Request& request, const Representation& representation,
                            Response& response) {
  response.head += representation.head;
  if (request.method == Method::head) return;
  const std::string_view body = representation.body.view();
  response.body_size = body.size();
  if (body.size() <= Response::copied_body) {
    response.head += body;
  } else {
    response.body = representation.body;
  }
}

std::optional<PollBudget::Poll> Responder::poll_of(const Request& request, const Route& route,
                                                   Format format) const {
  const bool is_feed = format != Format::html && !constant(route);
  if (!is_feed || request.method != Method::get) return std::nullopt;
  PollBudget::Poll poll;
  poll.client = client_of(request);
  if (!polls_.counts(poll.client)) return std::nullopt;
  poll.feed = site_.id == main_site ? route.feed : feed_of_site(site_.id, route.feed);
  poll.is_aggregator =
      request.user_agent && is_aggregator(*request.user_agent, options_.polls.aggregators);
  poll.is_conditional = may_be_conditional(request, now_);
  return poll;
}

ClientAddress Responder::client_of(const Request& request) const {
  const ClientAddress peer = request.peer ? *request.peer : ClientAddress();
  return request.forwarded_for ? trusted_proxies_.client(peer, *request.forwarded_for) : peer;
}

int Responder::choose_site(const Request& request) {
  site_ = main_in_use();
  if (others_ && !request.host.empty()) {
    if (const auto* place = find_place(*others_, request.host)) {
      site_ = {place->id, place->public_origin, place->base_path, others_->indexnow_key};
      return place->id == 0 ? 503 : 0;
    }
  }
  if (options_.hosts.empty()) return 0;
  // Only HTTP/1.0 need not say whom it means; then there must be no choice (H-008).
  if (request.host.empty()) return options_.hosts.size() == 1 && !others_ ? 0 : 400;
  const std::string_view name = host_name(request.host);
  const bool is_ours = std::ranges::any_of(
      options_.hosts, [&](const std::string& own) { return equal_ignoring_case(name, own); });
  return is_ours ? 0 : 421;  // H-274
}

void Responder::append_connection(const Request& request, Response& response) {
  if (response.closes)
    response.head += "Connection: close\r\n";
  else if (request.is_http_1_0)
    response.head += "Connection: keep-alive\r\n";
  if (request.uses_tls) response.head += transport_security_;  // H-255
}

void Responder::respond_options(const Request& request, Response& response) {
  response.status = 204;
  status_lines_.append(response.head, 204);
  response.head += allow;
  // What a script's preflight asks (H-251).
  response.head +=
      "Access-Control-Allow-Origin: *\r\n"
      "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
      "Access-Control-Allow-Headers: If-None-Match, If-Modified-Since, A-IM\r\n"
      "Access-Control-Max-Age: 86400\r\n"
      "X-Content-Type-Options: nosniff\r\n";
  append_connection(request, response);
  response.head += "\r\n";
}

std::optional<Missing> Responder::respond_misspelled(const Request& request, const Route& route,
                                                     Response& response) {
  const auto& fixed = constant(route);
  const auto slot = fixed ? fixed : snapshots_.find(site_.id, route.key);
  const auto snapshot = slot ? slot->current() : nullptr;
  const Representation* known =
      snapshot ? snapshot->known(route.format, Coding::identity) : nullptr;
  // Of one that has moved the whole head is needed.
  if (!known || (known->status != 200 && known->head.empty())) {
    Missing missing;
    missing.site = site_.id;
    missing.key = route.key;
    missing.format = route.format;
    return missing;
  }
  redirect(request, route, *known, response);
  return std::nullopt;
}

// What has moved is redirected to in one step, however its address was spelled (H-231).
void Responder::redirect(const Request& request, const Route& route,
                         const Representation& representation, Response& response) {
  if (representation.status != 200)
    return respond_as_is(request, route.format, representation, response);
  std::string fields = "Location: " + std::string(site_.public_origin) + route.canonical + "\r\n";
  fields += "Cache-Control: public, max-age=3600\r\n";
  respond_error(request, 301, fields, response);
}

void Responder::respond_error(const Request& request, int status, std::string_view fields,
                              Response& response, std::string_view text) {
  if (text.empty()) text = explanation(status);
  response.head.clear();
  response.status = status;
  status_lines_.append(response.head, status);
  std::string body;
  std::string& head = response.head;
  head += fields;
  if (fields.find("Cache-Control: ") == fields.npos) head += never_stored;
  const bool is_page = (status == 404 || status == 503) && lists_html(request.accept);
  if (status == 404 || status == 503) head += "Vary: Accept\r\n";
  if (is_page) {
    body = render_error_page(status, reason_phrase(status), text);
    head +=
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; "
        "frame-ancestors 'none'\r\n";
  } else {
    body.append(status == 301 ? "The address is written differently." : text);
    body += '\n';
    head += "Content-Type: text/plain; charset=utf-8\r\n";
  }
  head += "X-Content-Type-Options: nosniff\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: ";
  head += std::to_string(body.size());
  head += "\r\n";
  append_connection(request, response);
  head += "\r\n";
  if (request.method == Method::head) return;
  head += body;
  response.body_size = body.size();
}

void Responder::respond_throttled(const Request& request, const PollBudget::Poll& poll,
                                  unsigned seconds, Response& response) {
  constexpr std::string_view asked =
      "This feed was fetched too often with validators that never match. Please wait, and send the "
      "last ETag or Last-Modified unchanged.";
  respond_error(request, 429, retry_after(seconds), response,
                poll.is_conditional ? asked : std::string_view());
}

void Responder::refuse(Method method, int status, Response& response) {
  response.reset(true);
  now_ = clock_.now();
  status_lines_.set(now_);
  Request request;  // nothing else of it can be trusted
  request.method = method;
  respond_error(request, status, {}, response);
}

}  // namespace sosik
