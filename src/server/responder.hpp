// The Responder turns a Request into a Response: routes, negotiation, preconditions, refusals. No
// sockets, no waiting: what is not in memory comes back as Missing, for the connection to fetch on
// a blocking thread and hand in. One object a thread. Snapshots and Clock outlive it.
#pragma once
#include <optional>
#include <string>

#include "request.hpp"
#include "response.hpp"
#include "route_cache.hpp"
#include "sosik/base/clock.hpp"
#include "sosik/server/server.hpp"
#include "status_lines.hpp"

namespace sosik {

// What has to be opened or made before the request can be answered.
struct Missing {
  std::string key;
  Format format = Format::rss;
  Coding coding = Coding::identity;
};

// The same, done. `representation` belongs to `snapshot`.
struct Made {
  std::shared_ptr<Slot> slot;
  std::shared_ptr<Snapshot> snapshot;
  const Representation* representation = nullptr;
};

// Opens and makes; blocks. For a pool's thread.
Result<Made> make_missing(Snapshots&, const Missing&);

class Responder {
 public:
  Responder(const ServerOptions&, Snapshots&, const Clock&);

  // Writes the answer, or says what it needs first.
  std::optional<Missing> respond(const Request&, Response&);
  // The second try, with what was missing. `made` may be an error: not_found is 404, all else 503.
  void respond_made(const Request&, const Missing&, const Result<Made>& made, Response&);
  // For a request that was not understood: the connection closes after it (H-027). `method` as far
  // as it is known.
  void refuse(Method method, int status, Response&);
  // Once a second: memory of snapshots that are no longer current.
  void drop_stale() { routes_.drop_stale(); }
  // A new public_url: nothing that was known of paths holds any longer.
  void adopt(std::string public_origin, std::string base_path);
  // From now on every response says that the connection closes.
  void drain() { is_draining_ = true; }

 private:
  struct Choice;

  std::optional<Missing> respond_known(const Request&, KnownPath&, Response&);
  void respond_representation(const Request&, const Choice&, const Representation&, Response&);
  void respond_options(const Request&, Response&);
  void redirect(const Request&, const Route&, Response&);
  // A status with a short text; `fields` are whole header lines.
  void respond_error(const Request&, int status, std::string_view fields, Response&);
  void append_connection(const Request&, Response&);

  std::string public_origin_, base_path_;
  Snapshots& snapshots_;
  const Clock& clock_;
  Timestamp now_;
  StatusLines status_lines_;
  RouteCache routes_;
  std::shared_ptr<Slot> style_sheet_;
  bool is_draining_ = false;
};

}  // namespace sosik
