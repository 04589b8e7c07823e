// A Response is the bytes that answer one request: `head` is written here, with a small body behind
// it; a large body stays where it is, kept alive by the Body here. One object a thread, reused,
// because a response is nearly always sent at once; what the socket does not take moves to the
// connection.
#pragma once
#include <string>

#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

struct Response {
  // Bodies up to this are copied behind the head, and leave in one send from one buffer.
  static constexpr std::size_t copied_body = 16 * 1024;

  std::string head;
  Body body;
  int status = 0;
  bool closes = false;        // the connection ends after it
  std::size_t body_size = 0;  // of what follows the head's empty line
  // It answers with a Representation, or 304 for one. Not a pointer: that may have gone before the
  // answer is counted.
  bool is_represented = false;
  Format format = Format::rss;
  Coding coding = Coding::identity;

  void represents(Format its_format, const Representation& representation) {
    is_represented = true;
    format = its_format;
    coding = representation.coding;
  }

  void reset(bool close) {
    head.clear();
    body = {};
    status = 0;
    closes = close;
    body_size = 0;
    is_represented = false;
  }
  std::size_t size() const { return head.size() + body.size(); }
};

}  // namespace sosik
