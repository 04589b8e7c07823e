#include "status_lines.hpp"

#include "sosik/base/timestamp.hpp"

namespace sosik {

void StatusLines::append(std::string& to, int status) const {
  to.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  to.append(reason_phrase(status)).append("\r\n").append(date_);
}

void StatusLines::make(Timestamp now, std::int64_t second) {
  second_ = second;
  date_ = "Date: " + http_date(now) + "\r\n";
  ok_.clear();
  append(ok_, 200);
  not_modified_.clear();
  append(not_modified_, 304);
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

}  // namespace sosik
