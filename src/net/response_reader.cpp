#include "response_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "field_syntax.hpp"

namespace sosik {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), field_lower);
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool parse_number(std::string_view digits, int base, std::uint64_t& out) {
  if (digits.empty()) return false;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string_view OutboundResponse::header(std::string_view lower_case_name) const {
  for (auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

ResponseReader::State ResponseReader::fail(std::string why) {
  why_ = std::move(why);
  has_failed_ = true;
  return State::failed;
}

ResponseReader::State ResponseReader::feed(std::string_view bytes) {
  if (has_failed_) return State::failed;
  if (!bytes.empty()) has_begun_ = true;
  // A response that comes in one piece, as most do, is never copied as a whole.
  if (!buffer_.empty()) bytes = buffer_.append(bytes);
  rest_ = bytes;
  while (stage_ != Stage::end && step()) {
  }
  if (has_failed_) return State::failed;
  if (stage_ == Stage::end) {
    is_exact_ = is_exact_ && rest_.empty();
    return State::done;
  }
  const auto kept = rest_.size();
  if (buffer_.empty()) {
    buffer_.assign(rest_);
  } else {
    buffer_.erase(0, buffer_.size() - kept);
  }
  return State::wants_more;
}

ResponseReader::State ResponseReader::close() {
  if (has_failed_) return State::failed;
  if (stage_ == Stage::close_body) stage_ = Stage::end;
  if (stage_ == Stage::end) return State::done;
  return fail(!has_begun_             ? "closed without an answer"
              : stage_ == Stage::head ? "closed in the middle of the head"
                                      : "closed in the middle of the body");
}

bool ResponseReader::step() {
  switch (stage_) {
    case Stage::head: {
      auto rest = rest_;
      auto end = rest.find("\r\n\r\n", scanned_);
      scanned_ = end != rest.npos || rest.size() < 3 ? 0 : rest.size() - 3;
      auto size = end == rest.npos ? rest.size() : end + 4;
      if (heads_ + size > max_header_) {
        fail("the head is longer than " + std::to_string(max_header_) + " bytes");
        return false;
      }
      // Somebody who does not speak HTTP is not waited for.
      constexpr std::string_view start = "HTTP/1.";
      auto seen = std::min(rest.size(), start.size());
      if (rest.substr(0, seen) != start.substr(0, seen)) {
        fail("the answer is not HTTP/1.x");
        return false;
      }
      if (end == rest.npos) return false;
      heads_ += size;
      rest_.remove_prefix(size);
      return read_head(rest.substr(0, end + 2));
    }
    case Stage::length_body:
      return take_body(left_, Stage::end);
    case Stage::chunk_size: {
      std::string_view line;
      return read_line(line, 256) && read_chunk_size(line);
    }
    case Stage::chunk_data:
      return take_body(left_, Stage::chunk_end);
    case Stage::chunk_end: {
      std::string_view line;
      if (!read_line(line, 0)) return false;
      stage_ = Stage::chunk_size;
      return true;
    }
    case Stage::trailer: {
      std::string_view line;
      if (!read_line(line, max_header_)) return false;
      heads_ += line.size() + 2;
      if (heads_ > max_header_) {
        fail("the trailer is too long");
        return false;
      }
      if (line.empty()) end_exactly();
      return true;
    }
    case Stage::close_body: {
      if (rest_.empty()) return false;
      keep(std::exchange(rest_, {}));
      return true;
    }
    case Stage::end:
      return false;
  }
  return false;
}

bool ResponseReader::read_head(std::string_view head) {
  response_ = {};
  response_.headers.reserve(static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')));
  bool is_first = true;
  while (!head.empty()) {
    auto end = head.find("\r\n");
    auto line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (is_first ? !read_status_line(line) : !read_field(line)) return false;
    is_first = false;
  }
  if (response_.status == 101) {
    fail("switches to another protocol, which was not asked for");
    return false;
  }
  if (response_.status < 200) return true;  // informational: the next head follows
  return choose_framing();
}

bool ResponseReader::read_status_line(std::string_view line) {
  auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  bool ok = line.size() >= 12 && line.substr(0, 7) == "HTTP/1." && is_digit(line[7]) &&
            line[8] == ' ' && line[9] >= '1' && line[9] <= '9' && is_digit(line[10]) &&
            is_digit(line[11]) && (line.size() == 12 || line[12] == ' ');
  if (!ok) {
    fail("bad status line");
    return false;
  }
  keeps_alive_ = line[7] != '0';
  response_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return true;
}

bool ResponseReader::read_field(std::string_view line) {
  auto colon = line.find(':');
  auto name = line.substr(0, colon);
  bool ok = colon != line.npos && is_token(name);
  auto value = ok ? trim(line.substr(colon + 1)) : std::string_view();
  // A bare CR or LF, NUL or another control inside a value is read in two ways by two parsers (RFC
  // 9110 section 5.5).
  ok = ok && std::all_of(value.begin(), value.end(), [](char c) {
         auto u = static_cast<unsigned char>(c);
         return u == '\t' || (u >= 0x20 && u != 0x7f);
       });
  if (!ok) {
    fail("bad header line");
    return false;
  }
  response_.headers.emplace_back(lower(name), std::string(value));
  return true;
}

// RFC 9112 section 6.3, without its lenient branches.
bool ResponseReader::choose_framing() {
  std::size_t lengths = 0, codings = 0;
  for (auto& [name, value] : response_.headers) {
    lengths += name == "content-length";
    codings += name == "transfer-encoding";
  }
  const char* wrong = nullptr;
  if (lengths > 1) wrong = "more than one Content-Length";
  if (codings > 1) wrong = "more than one Transfer-Encoding";
  if (lengths && codings) wrong = "both Content-Length and Transfer-Encoding";
  if (codings && lower(response_.header("transfer-encoding")) != "chunked") {
    wrong = "a Transfer-Encoding other than chunked";
  }
  auto digits = response_.header("content-length");
  bool is_number =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (lengths && (!is_number || !parse_number(digits, 10, left_))) wrong = "a bad Content-Length";
  if (wrong) {
    fail(std::string("the answer has ") + wrong);
    return false;
  }
  choose_persistence();
  const bool has_none = response_.status == 204 || response_.status == 304 || !has_body_;
  if (has_none || (lengths && left_ == 0)) {
    end_exactly();
    // RFC 9110 section 6.4.1: no 204 has a body. Whoever announces one may well send it.
    if (response_.status == 204 && (codings || left_ > 0)) is_exact_ = false;
  } else if (codings) {
    stage_ = Stage::chunk_size;
  } else if (lengths) {
    stage_ = Stage::length_body;
  } else {
    stage_ = Stage::close_body;
  }
  return stage_ != Stage::end;
}

// RFC 9112 section 9.3.
void ResponseReader::choose_persistence() {
  bool closes = false;
  for (auto& [name, value] : response_.headers) {
    if (name != "connection") continue;
    std::string_view options = value;
    while (!options.empty()) {
      const auto end = std::min(options.find(','), options.size());
      const auto option = lower(trim(options.substr(0, end)));
      closes = closes || option == "close";
      keeps_alive_ = keeps_alive_ || option == "keep-alive";
      options.remove_prefix(std::min(end + 1, options.size()));
    }
  }
  keeps_alive_ = keeps_alive_ && !closes;
}

bool ResponseReader::take_body(std::uint64_t& left, Stage next) {
  auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, rest_.size()));
  if (size == 0) return false;
  keep(rest_.substr(0, size));
  rest_.remove_prefix(size);
  left -= size;
  if (stage_ != Stage::end && left == 0) {
    stage_ = next;
    if (next == Stage::end) is_exact_ = true;
  }
  return true;
}

bool ResponseReader::read_chunk_size(std::string_view line) {
  auto digits = line.substr(0, line.find(';'));  // extensions are ignored (RFC 9112 section 7.1.1)
  bool is_hex = std::all_of(digits.begin(), digits.end(), [](char c) {
    return (c >= '0' && c <= '9') || (field_lower(c) >= 'a' && field_lower(c) <= 'f');
  });
  if (!is_hex || !parse_number(digits, 16, left_)) {
    fail("bad chunk size");
    return false;
  }
  stage_ = left_ == 0 ? Stage::trailer : Stage::chunk_data;
  return true;
}

// The next line of at most `max` bytes, without its CRLF; false when it is not there yet, or wrong.
bool ResponseReader::read_line(std::string_view& line, std::size_t max) {
  auto rest = rest_;
  auto end = rest.find('\n');
  if (end == rest.npos) {
    if (rest.size() > max + 1) fail("bad chunked coding");
    return false;
  }
  if (end == 0 || rest[end - 1] != '\r' || end - 1 > max) {
    fail("bad chunked coding");
    return false;
  }
  line = rest.substr(0, end - 1);
  rest_.remove_prefix(end + 1);
  return true;
}

void ResponseReader::keep(std::string_view bytes) {
  auto room = max_body_ - response_.body.size();
  response_.body.append(bytes.substr(0, room));
  if (bytes.size() >= room)
    stage_ = Stage::end;  // full: the rest is not read, the status still counts
}

}  // namespace sosik
