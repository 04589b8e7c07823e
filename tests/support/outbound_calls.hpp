// Short forms for tests of the outbound client: one request to a TestReceiver, on a loop of its
// own.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "run_task.hpp"
#include "sosik/net/http_client.hpp"
#include "test_receiver.hpp"

namespace sosik {

inline Result<std::vector<std::string>> answer(std::vector<std::string> addresses) {
  return addresses;
}

inline OutboundOptions options_for(const TestReceiver& receiver) {
  OutboundOptions options;
  options.allowed_networks = {"127.0.0.0/8"};
  options.allowed_ports = {receiver.port()};
  return options;
}

inline OutboundRequest post(std::string url, std::string body = "a=b") {
  OutboundRequest request;
  request.url = std::move(url);
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = std::move(body);
  return request;
}

inline OutboundResult send(OutboundOptions options, OutboundRequest request) {
  boost::asio::io_context context;
  auto client = make_http_client(context, std::move(options));
  return run_task(context, client->send(std::move(request)));
}

// A client that lives on, with its loop.
struct Caller {
  boost::asio::io_context context;
  std::unique_ptr<HttpClient> client;

  explicit Caller(OutboundOptions options)
      : client(make_http_client(context, std::move(options))) {}
  OutboundResult send(OutboundRequest request) {
    return run_task(context, client->send(std::move(request)));
  }
};

// "status 204", or the class of the failure: for tables.
inline std::string verdict_of(const OutboundResult& result) {
  return result ? "status " + std::to_string(result->status) : result.error().error_class;
}

}  // namespace sosik
