#include "lookup.hpp"

#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>

namespace sosik {

namespace asio = boost::asio;

namespace {

// As many hosts may hang at once without holding up the others.
constexpr std::size_t thread_count = 6;

Result<std::vector<std::string>> ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (int rc = getaddrinfo(host.c_str(), nullptr, &hints, &first); rc != 0) {
    return not_found("cannot resolve " + host + ": " + gai_strerror(rc));
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(first, &freeaddrinfo);
  std::vector<std::string> found;
  for (auto* at = first; at; at = at->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      found.emplace_back(text);
    }
  }
  return found;
}

Result<Lookup::Addresses> parse(const std::string& host, const std::vector<std::string>& texts) {
  Lookup::Addresses addresses;
  for (auto& text : texts) {
    boost::system::error_code ec;
    auto address = asio::ip::make_address(text, ec);
    if (ec) return not_found("cannot resolve " + host + ": \"" + text + "\" is not an address");
    addresses.push_back(address);
  }
  if (addresses.empty()) return not_found("cannot resolve " + host + ": it has no address");
  return addresses;
}

// Shared by who waits and who looks up; the answer may come after nobody waits any more. Touched on
// the loop only.
struct Wait {
  explicit Wait(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::optional<Result<Lookup::Addresses>> answer;
};

}  // namespace

Lookup::Lookup(asio::io_context& context, Resolve resolve)
    : context_(context),
      resolve_(resolve ? std::move(resolve) : ask_system),
      threads_(thread_count) {}

Lookup::~Lookup() { threads_.join(); }

Task<Result<Lookup::Addresses>> Lookup::find(std::string host,
                                             std::chrono::steady_clock::time_point deadline) {
  boost::system::error_code not_literal;
  auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};

  auto wait = std::make_shared<Wait>(context_);
  wait->timer.expires_at(deadline);
  asio::post(threads_, [this, wait, host]() mutable {
    auto found = resolve_(host);
    auto answer = found ? parse(host, *found) : Result<Addresses>(found.error());
    asio::post(context_, [wait = std::move(wait), answer = std::move(answer)]() mutable {
      wait->answer = std::move(answer);
      wait->timer.cancel();
    });
  });
  co_await wait->timer.async_wait(as_result);
  if (wait->answer) co_return std::move(*wait->answer);
  co_return Error{Errc::timeout, "no answer from the resolver for " + host};
}

}  // namespace sosik
