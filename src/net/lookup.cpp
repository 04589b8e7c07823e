#include "lookup.hpp"

#include <netdb.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace sosik {

namespace asio = boost::asio;

namespace {

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

Result<Lookup::Addresses> resolved(const Lookup::Resolve& resolve, const std::string& host) {
  try {
    auto found = resolve(host);
    return found ? parse(host, *found) : Result<Lookup::Addresses>(found.error());
  } catch (const std::exception& e) {
    return not_found("cannot resolve " + host + ": " + e.what());
  }
}

// One who waits for an answer. Touched, and let go of at last, on the loop only.
struct Wait {
  explicit Wait(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::optional<Result<Lookup::Addresses>> answer;
};

}  // namespace

// Who waits for which name, shared by the loop and the threads; it lives as long as the last of
// them. Each thread takes names off the queue until that is empty.
class Lookup::Desk {
 public:
  Desk(asio::io_context& context, Resolve resolve, std::size_t most_threads)
      : context_(context), resolve_(std::move(resolve)), most_threads_(most_threads) {}

  // `self` is this: a new thread shares it.
  void join(const std::shared_ptr<Desk>& self, const std::string& host,
            const std::shared_ptr<Wait>& wait) {
    std::lock_guard lock(mutex_);
    auto [question, is_new] = questions_.try_emplace(host);
    question->second.waits.push_back(wait);
    if (!is_new) return;
    queue_.push_back(host);
    if (thread_count_ == most_threads_) return;
    std::thread([self] { self->work(); }).detach();
    ++thread_count_;
  }

  // A name that nobody waits for any more is not looked up, unless that has begun.
  void leave(const std::string& host, const std::shared_ptr<Wait>& wait) {
    std::lock_guard lock(mutex_);
    auto question = questions_.find(host);
    if (question == questions_.end()) return;
    std::erase(question->second.waits, wait);
    if (!question->second.waits.empty() || question->second.has_begun) return;
    std::erase(queue_, host);
    questions_.erase(question);
  }

  // Nothing touches the context after this.
  void stop() {
    std::lock_guard lock(mutex_);
    queue_.clear();
    questions_.clear();
  }

 private:
  struct Question {
    std::vector<std::shared_ptr<Wait>> waits;
    bool has_begun = false;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (!queue_.empty()) {
      const auto host = std::move(queue_.front());
      queue_.pop_front();
      questions_.at(host).has_begun = true;
      lock.unlock();
      const auto answer = resolved(resolve_, host);
      lock.lock();
      auto question = questions_.extract(host);
      if (question.empty()) continue;  // stopped meanwhile
      for (auto& wait : question.mapped().waits) {
        asio::post(context_, [wait = std::move(wait), answer] {
          wait->answer = answer;
          wait->timer.cancel();
        });
      }
    }
    --thread_count_;
  }

  asio::io_context& context_;
  const Resolve resolve_;
  const std::size_t most_threads_;

  std::mutex mutex_;  // guards what follows
  std::map<std::string, Question> questions_;
  std::deque<std::string> queue_;  // names of questions that have not begun
  std::size_t thread_count_ = 0;
};

Lookup::Lookup(asio::io_context& context, Resolve resolve, std::size_t most_threads)
    : desk_(
          std::make_shared<Desk>(context, resolve ? std::move(resolve) : ask_system, most_threads)),
      context_(context) {}

Lookup::~Lookup() { desk_->stop(); }

Task<Result<Lookup::Addresses>> Lookup::find(std::string host,
                                             std::chrono::steady_clock::time_point deadline) {
  boost::system::error_code not_literal;
  auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};

  // However the wait ends, also by cancellation and with the loop.
  struct Place {
    std::shared_ptr<Desk> desk;
    std::string host;
    std::shared_ptr<Wait> wait;
    ~Place() { desk->leave(host, wait); }
  };
  const Place place{desk_, host, std::make_shared<Wait>(context_)};
  place.wait->timer.expires_at(deadline);
  place.desk->join(place.desk, host, place.wait);
  co_await place.wait->timer.async_wait(as_result);
  if (place.wait->answer) co_return std::move(*place.wait->answer);
  co_return Error{Errc::timeout, "no answer from the resolver for " + host};
}

}  // namespace sosik
