#include "exchange.hpp"

namespace sosik {

namespace {

using Until = OutboundConnection::Until;

// Without a byte of an answer it is the connection that failed, else it is the answer.
OutboundFailure broken(const ResponseReader& reader, std::string_view peer, std::string_view why) {
  return {reader.has_begun() ? "protocol" : "connect", std::string(peer).append(": ").append(why)};
}

}  // namespace

Task<std::optional<OutboundFailure>> exchange(OutboundConnection& connection,
                                              std::string_view request, ResponseReader& reader,
                                              std::span<char> scratch, std::string_view peer) {
  for (;;) {
    auto until = request.empty() ? Until::readable : Until::either;
    if (!request.empty() && connection.is_ready(Until::writable)) {
      const auto io = connection.write(request);
      if (io.state == Io::State::done) {
        request.remove_prefix(io.size);
        continue;
      }
      if (io.state == Io::State::failed || io.state == Io::State::closed) {
        // A peer that has gone may have answered first: read all the same.
        request = {};
        reader.forbid_reuse();
        connection.suppose_readable();
      }
      if (io.state != Io::State::wants_write) until = Until::readable;
    }
    if (connection.is_ready(Until::readable)) {
      const auto io = connection.read(scratch.data(), scratch.size());
      if (io.state == Io::State::failed)
        co_return broken(reader, peer, "read: " + io.error.message());
      if (io.state == Io::State::done || io.state == Io::State::closed) {
        const auto state =
            io.state == Io::State::closed ? reader.close() : reader.feed({scratch.data(), io.size});
        if (state == ResponseReader::State::failed) co_return broken(reader, peer, reader.why());
        if (state == ResponseReader::State::done) break;
        continue;
      }
      if (io.state == Io::State::wants_write) until = Until::writable;
    }
    while (!connection.is_ready(until)) {
      if (connection.is_over()) {
        co_return OutboundFailure{"timeout",
                                  "read from " + std::string(peer) + ": no answer in time"};
      }
      co_await connection.wait(until);
    }
  }
  // The rest of a request that was answered early is in nobody's way once the connection is closed.
  if (!request.empty()) reader.forbid_reuse();
  co_return std::nullopt;
}

}  // namespace sosik
