// Reads one HTTP/1.x response from bytes as they come, strictly (N-188, RFC 9112): what two parsers
// could read in two ways is refused, not repaired. Informational responses are skipped. The body is
// kept up to a cap; behind it nothing more is wanted. No I/O: the caller feeds bytes and says when
// the peer closed. Says at the end whether the connection may serve another request.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/net/outbound.hpp"

namespace sosik {

class ResponseReader {
 public:
  enum class State { wants_more, done, failed };

  // `has_body` is false for the answers to HEAD and CONNECT, whatever they say of their length.
  ResponseReader(std::size_t max_header, std::size_t max_body, bool has_body = true)
      : max_header_(max_header), max_body_(max_body), has_body_(has_body) {}

  State feed(std::string_view bytes);
  State
  close();  // the peer sent its last byte: ends a body without length, fails an incomplete response

  OutboundResponse& response() { return response_; }
  const std::string& why() const { return why_; }  // after `failed`, one line
  bool has_begun() const { return has_begun_; }    // any byte was seen
  // After `done`: the response ended exactly where its framing says, nothing came behind it, and
  // its sender means to read on (RFC 9112 section 9.3).
  bool may_reuse() const { return is_exact_ && keeps_alive_; }
  bool ended_exactly() const { return is_exact_; }
  void forbid_reuse() { keeps_alive_ = false; }

 private:
  enum class Stage {
    head,
    length_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailer,
    close_body,
    end
  };
  State fail(std::string why);
  bool step();  // false: nothing more can be done with what is buffered
  bool read_head(std::string_view head);
  bool read_status_line(std::string_view line);
  bool read_field(std::string_view line);
  bool choose_framing();
  void end_exactly() {
    stage_ = Stage::end;
    is_exact_ = true;
  }
  void choose_persistence();
  bool take_body(std::uint64_t& left, Stage next);
  bool read_chunk_size(std::string_view line);
  bool read_line(std::string_view& line, std::size_t max);
  void keep(std::string_view bytes);

  const std::size_t max_header_, max_body_;
  const bool has_body_;
  Stage stage_ = Stage::head;
  std::string buffer_;       // what an earlier feed brought and no step could use yet
  std::string_view rest_;    // during feed: what is not consumed yet
  std::size_t scanned_ = 0;  // of the head: its end is not in there
  std::size_t heads_ = 0;    // bytes of heads and trailers so far
  std::uint64_t left_ = 0;   // of the body or of the chunk
  bool has_begun_ = false;
  bool has_failed_ = false;
  bool keeps_alive_ = false, is_exact_ = false;
  OutboundResponse response_;
  std::string why_;
};

}  // namespace sosik
