// The Server answers readers: one thread a core, each with its own io_context and SO_REUSEPORT
// acceptor; a connection lives on one thread for life. The hot path (a representation that is made)
// touches no database and no lock; making one goes to a small pool of blocking threads.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sosik/base/clock.hpp"
#include "sosik/base/result.hpp"
#include "sosik/model/seen_fetch.hpp"
#include "sosik/net/log.hpp"
#include "sosik/net/tls_channel.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

// Where readers connect: an IP literal and port, or the path of a Unix socket.
struct ListenOn {
  std::string address = "127.0.0.1";  // IPv4 or IPv6; without meaning for a Unix socket
  unsigned short port = 8080;         // 0: any free one; Server::port() tells
  std::string unix_path;  // not empty: a Unix socket. One left over from a crash is replaced
  bool uses_tls = false;
  bool operator==(const ListenOn&) const = default;
};

// How often a client may fetch a feed in whole without having asked whether it changed
// (H-235..H-238).
struct PollLimits {
  unsigned per_hour = 60;  // for an address (or /56) and a feed; 0: no limit. Ten times that for
                           // who did ask, in a way that we may have answered before (H-236)
  // Hosted aggregators fetch for many people: ten times that. Each word of User-Agent is compared
  // with the beginnings of these, ignoring case.
  std::vector<std::string> aggregators{"Feedly",
                                       "FeedFetcher-Google",
                                       "Inoreader",
                                       "inoreader.com",
                                       "NewsBlur",
                                       "Feedbin",
                                       "theoldreader.com",
                                       "BazQux",
                                       "FeedPress",
                                       "Feedspot",
                                       "Feeder.co",
                                       "Superfeedr",
                                       "Flipboard",
                                       "Bloglovin",
                                       "Yeti",
                                       "Daum",
                                       "Slackbot",
                                       "Mailchimp",
                                       "MailerLite",
                                       "Buttondown",
                                       "HubSpot",
                                       "Zapier",
                                       "IFTTT"};
  std::size_t table_bytes =
      4 * 1024 * 1024;  // memory for clients; the longest idle are forgotten first
};

struct AccessLogOptions {
  enum class Form { combined, json };
  std::string file;  // empty: none
  Form form = Form::combined;
};

// The sites besides the main one, by host (docs/sites.md). Immutable; all workers share it.
struct OtherSites {
  struct Place {
    SiteId id = 0;  // 0: it cannot be served now, and its host is nobody else's
    std::string public_origin, base_path;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, Place, Hash, std::equal_to<>> by_host;  // lower case
  std::string indexnow_key = {};  // of each of them; empty: none
  std::vector<Party> parties =
      {};  // whose fetches are reported, whatever of these sites they are of
};

struct ServerOptions {
  std::vector<ListenOn> listen{ListenOn{}};
  // The next three are of the main site, which answers for every host that `others` does not name.
  std::string base_path;      // path of public_url, "" or "/blog": every route is below it
  std::string public_origin;  // "https://blog.example": for Location headers
  std::string indexnow_key;   // served at /{key}.txt (N-130); empty: none
  std::shared_ptr<const OtherSites> others = {};  // nullptr: none
  // Host names that are served besides those of `others`, ASCII, lower case, without port; empty:
  // any. Others get 421 (H-274).
  std::vector<std::string> hosts;
  std::string tls_certificate_file, tls_key_file;  // PEM; for listeners that use TLS
  int hsts_seconds = 0;                            // Strict-Transport-Security over TLS; 0: none
  // Whose X-Forwarded-For is believed: CIDR networks; "unix" for all Unix sockets.
  std::vector<std::string> trusted_proxies;
  PollLimits polls;
  // Whose fetches are to be reported, and to whom: called on a server thread, so it must not wait.
  std::vector<Party> parties;
  std::function<void(const SeenFetch&)> on_fetch;
  AccessLogOptions access_log;
  int threads = 0;  // 0: one a core
  // In all. For the next one the connection makes room that has been idle longest on the same
  // thread; where none is idle it is closed at once.
  std::size_t max_connections = 10000;
  std::size_t max_header_bytes = 16 * 1024, max_body_bytes = 64 * 1024;
  // How long a head may take from its first byte, a connection may say nothing, a write may make no
  // progress, and requests in progress may take once stop() was called.
  std::chrono::milliseconds header_timeout{10'000}, idle_timeout{75'000}, write_timeout{30'000};
  std::chrono::milliseconds drain_timeout{10'000};
  // A response is given up when it takes longer than write_timeout and its size at this rate, even
  // if each write makes progress. Bytes a second, not 0.
  std::size_t min_write_rate = 4096;
  std::chrono::milliseconds sweep_interval{1000};  // how often deadlines are looked at
};

// Sums since the start.
struct ServerCounters {
  struct Answers {
    int status = 0;
    std::uint64_t requests = 0, bytes = 0;
  };
  // Polls answered 429: without a question whether it has changed, and with one whose validators
  // did not match.
  struct Throttled {
    std::uint64_t not_asked = 0, asked = 0;
  };
  std::uint64_t connections = 0, refused_connections = 0, shed_connections = 0, requests = 0,
                not_modified = 0, bytes = 0;
  std::vector<Answers> by_status;
  // Answers 200 and 304 that have a representation.
  std::uint64_t by_format[format_count][coding_count] = {};
  Throttled throttled_addresses, throttled_aggregators;  // of plain addresses, hosted aggregators
  std::uint64_t handshake_failures[tls_failure_count] = {};  // by reason
  std::uint64_t log_lines_dropped = 0;  // of the access log, when it cannot be written fast enough
};

// What a running server takes over without a restart.
struct ServerChanges {
  std::string public_origin, base_path, indexnow_key = {};
  std::vector<Party> parties = {};
};

class Server {
 public:
  virtual ~Server() = default;                                 // stop() and join
  virtual const std::vector<ListenOn>& listening() const = 0;  // with the ports that were free
  unsigned short port() const { return listening().front().port; }
  // Stops accepting, lets requests in progress end for drain_timeout, then closes; returns when all
  // threads ended.
  virtual void stop() = 0;
  // After SIGHUP. Any thread; holds for every request sent after it returned.
  virtual void adopt(ServerChanges) = 0;
  // Other sites came, went or changed; the same. nullptr: there are none any more.
  virtual void adopt(std::shared_ptr<const OtherSites>) = 0;
  // After SIGHUP: certificate and key are read again, for connections accepted from now on, and the
  // access log is opened again by its name. Fails with invalid, naming the file, and goes on with
  // what it has.
  virtual Result<void> reopen() = 0;
  virtual ServerCounters counters() const = 0;
  virtual std::size_t open_connections() const = 0;
  // Nothing without TLS.
  virtual std::optional<Timestamp> certificate_expires_at() const = 0;
};

// Listens and serves until stop(). Fails with unavailable, naming address, port and the system's
// reason ("address already in use"). From then on the process ignores SIGPIPE: sendfile and OpenSSL
// raise it for every peer that has gone.
Result<std::unique_ptr<Server>> start_server(ServerOptions, Snapshots&, const Clock&, Log&);

}  // namespace sosik
