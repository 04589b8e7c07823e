// The head of a request, and the body behind it. Input: a byte that is the size of the pieces in
// which the rest arrives, then the request.
#include <boost/asio/buffer.hpp>

#include "property.hpp"
#include "request_head.hpp"

namespace sosik {
namespace {

using namespace fuzz;

struct Outcome {
  int status = 0;  // 0: incomplete; 200: understood; else refused
  std::size_t end = 0;
  std::string path, host, accept, accept_encoding, if_none_match;
};

std::string text(const std::optional<std::string_view>& value) {
  return value ? '=' + std::string(*value) : "";
}

void must_be_sound(const Request& request) {
  must(request.path == "*" || request.path.starts_with('/') || request.method_text == "CONNECT",
       "a path begins with /");
  must(request.path.find('?') == std::string_view::npos, "a path ends before its query");
  for (const auto view : {request.path, request.target, request.method_text})
    must(view.find_first_of(" \r\n\t") == std::string_view::npos && !view.empty(),
         "the parts of a request-line are words");
  for (const auto& value :
       {request.accept, request.accept_encoding, request.if_none_match, request.if_match,
        request.if_modified_since, request.user_agent, request.referer, request.forwarded_for})
    must(!value || value->find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
         "a value is one line (H-042)");
}

Outcome arrive(std::string_view bytes, std::size_t piece) {
  const RequestLimits limits;
  HeadScan scan;
  std::string arrived;
  while (arrived.size() < bytes.size()) {
    arrived += bytes.substr(arrived.size(), piece);
    const FoundHead found = find_head(arrived, scan, limits);
    if (found.state == FoundHead::State::refused) return {found.status, 0, "", "", "", "", ""};
    if (found.state == FoundHead::State::incomplete) continue;
    must(found.end <= arrived.size() && scan.begin < found.end, "a head lies in what arrived");
    must(found.end - scan.begin <= limits.max_head, "a head keeps its limit");
    RequestParser parser(limits);
    const int status = parse_head(arrived.data(), scan, found.end, parser);
    if (status != 0) return {status, found.end, "", "", "", "", ""};
    const Request& request = parser.request;
    must_be_sound(request);
    Outcome outcome{200,
                    found.end,
                    std::string(request.path),
                    std::string(request.host),
                    text(request.accept),
                    text(request.accept_encoding),
                    text(request.if_none_match)};
    if (request.has_body) {
      boost::beast::error_code ec;
      std::string_view rest = bytes.substr(found.end);
      while (!rest.empty() && !parser.is_done() && !ec) {
        const std::size_t used = parser.put(boost::asio::buffer(rest), ec);
        if (used == 0) break;
        rest.remove_prefix(used);
      }
    }
    return outcome;
  }
  return {};
}

void request(std::string_view bytes, std::size_t piece) {
  const Outcome whole = arrive(bytes, bytes.size());
  must(whole.status == 0 || whole.status == 200 || (whole.status >= 400 && whole.status < 600),
       "what is refused is refused with an error");
  const Outcome pieces = arrive(bytes, piece);
  must(pieces.status == whole.status && pieces.end == whole.end,
       "however the bytes arrive, the outcome is the same (H-032)");
  must_equal(pieces.path, whole.path, "and so is the path");
  must_equal(pieces.host, whole.host, "and the host");
  must_equal(pieces.accept, whole.accept, "and Accept");
  must_equal(pieces.accept_encoding, whole.accept_encoding, "and Accept-Encoding");
  must_equal(pieces.if_none_match, whole.if_none_match, "and If-None-Match");
}

}  // namespace
}  // namespace sosik

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  sosik::request(sosik::fuzz::text_of(data + 1, size - 1), 1 + data[0] % 64);
  return 0;
}
