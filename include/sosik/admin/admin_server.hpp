// The AdminServer is the operator's side: a listener of its own, on loopback unless configured
// otherwise. It answers GET and HEAD of /healthz (the process is alive), /readyz (200 when the
// store answers and the step works, else 503 with the reasons) and /metrics (Prometheus text); none
// needs a token. Everything below /api/v1/ does (docs/admin-api.md).
//
// Runs in a thread of its own that only reads and writes sockets; what the API has to do runs on
// two more (api.hpp), so that probes are answered meanwhile.
#pragma once
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
};

// What the operator is told; asked on the admin thread, once a request.
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
Result<std::unique_ptr<AdminServer>> start_admin_server(AdminOptions, AdminSources, ApiContext,
                                                        Log&);

}  // namespace sosik
