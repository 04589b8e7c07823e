// The AdminServer is the operator's side: a listener of its own, on loopback unless configured
// otherwise. It answers GET and HEAD of /healthz (the process is alive), /readyz (200 when the
// store answers and the step works, else 503 with the reasons) and /metrics (Prometheus text); none
// needs a token. Everything below /api/v1/ does (docs/admin-api.md).
//
// Runs in a thread of its own that only reads and writes sockets. What the API has to do runs on
// two more (api.hpp), and what /readyz and /metrics ask on a third, so that a slow store holds up
// nobody who does not need it.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "sosik/admin/api.hpp"
#include "sosik/base/result.hpp"
#include "sosik/net/log.hpp"

namespace sosik {

struct AdminOptions {
  std::string address = "127.0.0.1";
  unsigned short port = 8081;  // 0: any free one
  // How long /readyz waits for its answer, most who probe give up after a second, and /metrics.
  // Then they say 503.
  std::chrono::milliseconds readyz_patience{900}, metrics_patience{5000};
};

// What the operator is told. Asked on a thread that is there for nothing else, and may take long:
// requests that come meanwhile get the same answer.
struct AdminSources {
  std::function<std::string()> trouble;  // empty when ready, else why not
  std::function<std::string()> metrics;  // text exposition format, version 0.0.4
};

class AdminServer {
 public:
  virtual ~AdminServer() = default;  // stops and joins
  virtual unsigned short port() const = 0;
  // Events were recorded: who waits for some is answered. Any thread.
  virtual void wake() = 0;
};

// Fails with unavailable, naming address, port and the system's reason.
Result<std::unique_ptr<AdminServer>> start_admin_server(const AdminOptions&, AdminSources,
                                                        ApiContext, Log&);

}  // namespace sosik
