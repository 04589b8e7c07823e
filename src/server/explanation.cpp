#include "explanation.hpp"

namespace sosik {

std::string_view explanation(int status) {
  switch (status) {
    case 400:
      return "The request is not well-formed HTTP/1.1.";
    case 404:
      return "There is nothing at this address.";
    case 405:
      return "This can only be read: GET, HEAD, OPTIONS.";
    case 406:
      return "Here are RSS (application/rss+xml), Atom (application/atom+xml), JSON Feed "
             "(application/feed+json) and HTML (text/html), plain, gzip, br or zstd.";
    case 408:
      return "The request did not arrive in time.";
    case 412:
      return "The condition of the request does not hold.";
    case 413:
      return "The request's body is too large.";
    case 414:
      return "The address is too long.";
    case 421:
      return "This server does not answer for that host.";
    case 429:
      return "This feed was fetched too often without asking whether it has changed. Please wait, "
             "and send If-None-Match or If-Modified-Since.";
    case 417:
      return "The expectation cannot be met.";
    case 431:
      return "The request's headers are too large.";
    case 501:
      return "The method is not known here.";
    case 503:
      return "This cannot be shown just now. Please try again in a few seconds.";
    case 505:
      return "This server speaks HTTP/1.1.";
    default:
      return "The request cannot be served.";
  }
}

}  // namespace sosik
