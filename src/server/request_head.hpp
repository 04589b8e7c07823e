// From bytes to a Request, or to the status with which they are refused (http.md section 1).
// Sans-I/O: a test calls it with bytes. Three steps:
//
// - find_head: where the head ends, line by line; refuses what is wrong with the lines themselves.
// - parse_head: Boost.Beast's parser checks the grammar and frames the body; our own rules refuse
//   what Beast 1.81 wrongly takes (H-040..H-044), and let through what it wrongly refuses (H-045).
// - RequestParser::put, afterwards, for as long as there is a body: Beast decodes it, we drop it.
#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "request.hpp"

namespace sosik {

struct RequestLimits {
  std::size_t max_line = 8 * 1024;   // request-line; RFC 9112 section 3 asks for at least 8,000
  std::size_t max_head = 16 * 1024;  // with the request-line
  std::size_t max_body = 64 * 1024;
};

// How far the search for the end of the head has come; start a new one for each request.
struct HeadScan {
  std::size_t begin = 0;     // of the request-line: empty lines before it are skipped (H-014)
  std::size_t line = 0;      // start of the first line whose end has not arrived
  std::size_t line_end = 0;  // of the request-line, without CRLF; 0 until it has arrived
  int empty_lines = 0;
};

struct FoundHead {
  enum class State { incomplete, complete, refused };
  State state = State::incomplete;
  std::size_t end = 0;  // complete: one past the empty line
  int status = 0;       // refused
};

// Goes on where `scan` stopped; `bytes` begins where it began before.
FoundHead find_head(std::string_view bytes, HeadScan& scan, const RequestLimits&);

// Beast's parser with a sink that keeps what a Request needs. One object a request.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(const RequestLimits&);

  Request request;
  int refusal = 0;  // set by a rule of ours while Beast went through the head

 private:
  friend int parse_head(char*, const HeadScan&, std::size_t, RequestParser&);
  using Error = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version,
                       Error&) override;
  void on_field_impl(boost::beast::http::field, Text name, Text value, Error&) override;
  void on_header_impl(Error&) override;
  void on_response_impl(int, Text, int, Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text body, Error&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Error&) override { return body.size(); }
  void on_finish_impl(Error&) override {}

  void refuse(int status) {
    if (refusal == 0) refusal = status;
  }
  void join(std::optional<std::string_view>& member, std::string_view value);
  void read_target();
  void read_expect(std::string_view value);

  int hosts_ = 0, transfer_encodings_ = 0, content_lengths_ = 0;
  bool is_head_done_ = false;
  bool is_connect_ = false;
  // Values that came on several lines, joined (H-063); nearly always none.
  std::unique_ptr<std::string[]> joined_;
  std::size_t joined_count_ = 0;
};

// Parses the head that find_head found at `bytes`, [scan.begin, end). Returns 0, or the status to
// refuse with (then the connection closes, H-027). Writes to `bytes`: the digit of a later minor
// version becomes 1 (H-016).
int parse_head(char* bytes, const HeadScan& scan, std::size_t end, RequestParser&);

// uri-host [ ":" port ] of RFC 9110 section 7.2, not empty, without empty labels and sub-delims.
bool is_valid_host(std::string_view host);

}  // namespace sosik
