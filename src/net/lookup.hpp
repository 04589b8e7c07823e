// Names to addresses. getaddrinfo blocks and cannot be interrupted, so lookups run on a few threads
// of their own, and whoever waits stops waiting at its deadline whatever the lookup does: one dead
// name server does not hold up the rest (N-084).
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

class Lookup {
 public:
  using Addresses = std::vector<boost::asio::ip::address>;
  using Resolve = std::function<Result<std::vector<std::string>>(const std::string& host)>;

  // `resolve` empty: the system's resolver. `context` must outlive this.
  Lookup(boost::asio::io_context& context, Resolve resolve);
  ~Lookup();  // waits for lookups under way

  // Every address, in the order to try them, at least one; not_found, timeout. Literals are not
  // looked up.
  Task<Result<Addresses>> find(std::string host, std::chrono::steady_clock::time_point deadline);

 private:
  boost::asio::io_context& context_;
  const Resolve resolve_;
  boost::asio::thread_pool threads_;
};

}  // namespace sosik
