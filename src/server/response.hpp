// A Response is the bytes that answer one request: `head` is written here, with a small body behind
// it; a large body stays where it is, kept alive by `keeper`. One object a thread, reused, because
// a response is nearly always sent at once; what the socket does not take moves to the connection.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

struct Response {
  // Bodies up to this are copied behind the head, and leave in one send from one buffer.
  static constexpr std::size_t copied_body = 16 * 1024;

  std::string head;
  std::string_view body;
  std::shared_ptr<const Snapshot> keeper;
  int status = 0;
  bool closes = false;  // the connection ends after it

  void reset(bool close) {
    head.clear();
    body = {};
    keeper.reset();
    status = 0;
    closes = close;
  }
  std::size_t size() const { return head.size() + body.size(); }
};

}  // namespace sosik
