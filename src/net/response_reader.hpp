// Reads one HTTP/1.x response from bytes as they come, strictly (N-188, RFC 9112): what two parsers
// could read in two ways is refused, not repaired. Informational responses are skipped. The body is
// kept up to a cap; behind it nothing more is wanted. No I/O: the caller feeds bytes and says when
// the peer closed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sosik/net/outbound.hpp"

namespace sosik {

class ResponseReader {
 public:
  enum class State { wants_more, done, failed };

  ResponseReader(std::size_t max_header, std::size_t max_body)
      : max_header_(max_header), max_body_(max_body) {}

  State feed(std::string_view bytes);
  State
  close();  // the peer sent its last byte: ends a body without length, fails an incomplete response

  OutboundResponse& response() { return response_; }
  const std::string& why() const { return why_; }  // after `failed`, one line
  bool has_begun() const { return has_begun_; }    // any byte was seen

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
  bool take_body(std::uint64_t& left, Stage next);
  bool read_chunk_size(std::string_view line);
  bool read_line(std::string_view& line, std::size_t max);
  void keep(std::string_view bytes);

  const std::size_t max_header_, max_body_;
  Stage stage_ = Stage::head;
  std::string buffer_;
  std::size_t at_ = 0;      // start of what of buffer_ is not consumed yet
  std::size_t heads_ = 0;   // bytes of heads and trailers so far
  std::uint64_t left_ = 0;  // of the body or of the chunk
  bool has_begun_ = false;
  bool has_failed_ = false;
  OutboundResponse response_;
  std::string why_;
};

}  // namespace sosik
