// Names to addresses. getaddrinfo blocks and cannot be interrupted, so every name under lookup has
// a thread of its own, shared by all who ask for that name: however many names are dead, and
// however often they are asked for, the others are not held up (N-084). Whoever waits stops waiting
// at its deadline whatever the lookup does. Nobody ever waits for a thread to end, not even the
// destructor: a thread that is still in getaddrinfo then owns what it touches.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sosik/base/result.hpp"
#include "sosik/net/task.hpp"

namespace sosik {

class Lookup {
 public:
  using Addresses = std::vector<boost::asio::ip::address>;
  using Resolve = std::function<Result<std::vector<std::string>>(const std::string& host)>;

  // `resolve` empty: the system's resolver. It is called on threads that may outlive this, so it
  // owns what it uses. `context` must outlive this. Names beyond `most_threads` wait in a queue.
  Lookup(boost::asio::io_context& context, Resolve resolve, std::size_t most_threads = 64);
  ~Lookup();  // at once; what is queued is dropped
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // Every address, in the order to try them, at least one; not_found, timeout. Literals are not
  // looked up.
  Task<Result<Addresses>> find(std::string host, std::chrono::steady_clock::time_point deadline);

 private:
  class Desk;
  const std::shared_ptr<Desk> desk_;
  boost::asio::io_context& context_;
};

}  // namespace sosik
