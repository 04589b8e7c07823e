// The Responder turns a Request into a Response: routes, negotiation, preconditions, refusals. No
// sockets, no waiting: what is not in memory comes back as Missing, for the connection to fetch on
// a blocking thread and hand in. One object a thread. What it is given outlives it.
#pragma once
#include <optional>
#include <string>

#include "client_address.hpp"
#include "poll_budget.hpp"
#include "request.hpp"
#include "response.hpp"
#include "route_cache.hpp"
#include "sosik/base/clock.hpp"
#include "sosik/server/server.hpp"
#include "status_lines.hpp"
#include "witnesses.hpp"

namespace sosik {

// What has to be opened or made before the request can be answered.
struct Missing {
  SiteId site = main_site;
  std::string key;
  Format format = Format::rss;
  Coding coding = Coding::identity;
  bool is_only_opened = false;  // what the snapshot knows already may do: it is not to be made yet
};

// The same, done. `representation` belongs to `snapshot`.
struct Made {
  std::shared_ptr<Slot> slot;
  std::shared_ptr<Snapshot> snapshot;
  const Representation* representation = nullptr;  // nullptr when it was only opened
};

// Opens and makes; blocks. For a pool's thread.
Result<Made> make_missing(Snapshots&, const Missing&);

struct Choice;  // negotiation.hpp

class Responder {
 public:
  Responder(const ServerOptions&, Snapshots&, const Clock&, PollBudget&, const TrustedProxies&);

  // Writes the answer, or says what it needs first.
  std::optional<Missing> respond(const Request&, Response&);
  // The next try, with what was missing; it may turn out that more is. `made` may be an error:
  // not_found is 404, all else 503.
  std::optional<Missing> respond_made(const Request&, const Missing&, const Result<Made>& made,
                                      Response&);
  // Behind trusted proxies, whom they name.
  ClientAddress client_of(const Request&) const;
  // When the last answer was made.
  Timestamp now() const { return now_; }
  // For a request that was not understood: the connection closes after it (H-027). `method` as far
  // as it is known.
  void refuse(Method method, int status, Response&);
  // Once a second, and when something was made: lets go of snapshots that are no longer current.
  void drop_stale() { routes_.drop_stale(); }
  // A new public_url or key: nothing that was known of paths holds any longer.
  void adopt(ServerChanges);
  void adopt(std::shared_ptr<const OtherSites>);
  // From now on every response says that the connection closes.
  void drain() { is_draining_ = true; }

 private:
  std::optional<Missing> respond_known(const Request&, KnownPath&, Response&);
  // Neither Accept nor Accept-Encoding leaves anything to answer with.
  void respond_unacceptable(const Request&, const Route&, const std::shared_ptr<Snapshot>&,
                            Response&);
  void respond_representation(const Request&, const Choice&, const Representation&, Response&);
  void respond_as_is(const Request&, Format, const Representation&, Response&);
  void append_body(const Request&, const Representation&, Response&);
  // What the budget is asked when this is answered in whole (H-235); nothing when it is free.
  std::optional<PollBudget::Poll> poll_of(const Request&, const Route&, Format) const;
  // What an answer needs to know of the site that it is of.
  struct SiteInUse {
    SiteId id = main_site;
    std::string_view public_origin, base_path, indexnow_key;
  };
  // Sets `site_` by the request's host. 0 when that is ours, else the status to refuse it with.
  int choose_site(const Request&);
  SiteInUse main_in_use() const { return {main_site, public_origin_, base_path_, indexnow_key_}; }
  void respond_options(const Request&, Response&);
  Route route_of(const Request&) const;
  // What is the same for all time, or nullptr.
  const std::shared_ptr<Slot>& constant(const Route&) const;
  // To the one spelling of its address.
  std::optional<Missing> respond_misspelled(const Request&, const Route&, Response&);
  void redirect(const Request&, const Route&, const Representation&, Response&);
  // A status with a short text, its usual one if empty; `fields` are whole header lines.
  void respond_error(const Request&, int status, std::string_view fields, Response&,
                     std::string_view text = {});
  void respond_throttled(const Request&, const PollBudget::Poll&, unsigned seconds, Response&);
  // The fields that depend on the connection rather than on what is asked for.
  void append_connection(const Request&, Response&);

  const ServerOptions& options_;
  const TrustedProxies& trusted_proxies_;
  PollBudget& polls_;
  std::string public_origin_, base_path_, indexnow_key_, transport_security_;
  Snapshots& snapshots_;
  const Clock& clock_;
  Timestamp now_;
  StatusLines status_lines_;
  RouteCache routes_;
  Witnesses witnesses_;
  std::shared_ptr<Slot> style_sheet_, indexnow_file_;
  std::shared_ptr<Slot> others_indexnow_file_;
  std::shared_ptr<const OtherSites> others_;  // nullptr: none
  SiteInUse site_;                            // of the request that is being answered
  bool is_draining_ = false;
};

}  // namespace sosik
