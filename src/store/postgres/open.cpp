// Connecting: what can be wrong with a URL, a server or a database is found here and said in a
// line.
#include <algorithm>
#include <map>
#include <ranges>
#include <vector>

#include "connection.hpp"
#include "failures.hpp"
#include "migrations.hpp"

namespace sosik::postgres {
namespace {

[[noreturn]] void refuse(const std::string& name, Errc code, const std::string& reason) {
  throw sql::Failure({code, "store '" + name + "': " + reason});
}

// What libpq reads out of a URL.
std::map<std::string, std::string> parts_of(const std::string& url) {
  char* error = nullptr;
  PQconninfoOption* options = PQconninfoParse(url.c_str(), &error);
  if (options == nullptr) {
    std::string reason = one_line(error ? error : "");
    PQfreemem(error);
    reason.resize(std::min(reason.size(), reason.find(": \"")));  // the rest may hold a password
    refuse("postgresql://...", Errc::invalid, "its URL cannot be read: " + reason);
  }
  std::map<std::string, std::string> parts;
  for (const auto* option = options; option->keyword != nullptr; ++option)
    if (option->val != nullptr) parts[option->keyword] = option->val;
  PQconninfoFree(options);
  return parts;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  for (const auto word : std::views::split(list, ',')) words.emplace_back(word.begin(), word.end());
  return words;
}

// Of "a,b" and "1,2": "a:1,b:2", as a URL has them. One port is that of all.
std::string places_of(const std::string& hosts, const std::string& ports) {
  auto names = split(hosts);
  const auto numbers = split(ports);
  if (names.empty()) names.emplace_back();
  std::string places;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& port = numbers.empty() ? std::string() : numbers[std::min(i, numbers.size() - 1)];
    places += (i == 0 ? "" : ",") + names[i] + (port.empty() ? "" : ":" + port);
  }
  return places;
}

}  // namespace

bool is_url(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

std::string name_of(const std::string& url) {
  auto parts = parts_of(url);
  const bool is_socket = parts["host"].starts_with('/');
  std::string name = "postgresql://" + places_of(is_socket ? "" : parts["host"], parts["port"]);
  name += "/" + parts["dbname"];
  if (is_socket) name += "?host=" + parts["host"];
  return name;
}

Connection::Connection(std::string url, std::string name, std::chrono::milliseconds busy_timeout)
    : sql::Connection(sql::Engine::postgresql, std::move(name), busy_timeout),
      url_(std::move(url)),
      patience_(busy_timeout) {
  connect();
}

// What the URL says comes last and counts. Of several servers the one that can be written; a
// standby is none to begin with, for it may lag behind what readers were shown (S-049). A server
// that is gone is noticed after about half a minute, while a statement runs and while nothing
// happens.
void Connection::connect() {
  prepared_.clear();
  has_lost_lead_ = has_lost_lead_ || leads_;
  leads_ = is_doubtful_ = false;
  ++sessions_;
  session_.reset();
  const std::string wait =
      std::to_string(std::max<std::int64_t>(2, (busy_timeout().count() + 999) / 1000));
  const char* const keywords[] = {"client_encoding",
                                  "fallback_application_name",
                                  "connect_timeout",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "tcp_user_timeout",
                                  "target_session_attrs",
                                  "dbname",
                                  nullptr};
  const char* const values[] = {"UTF8", "sosik", wait.c_str(), "10",         "5",
                                "4",    "30000", "primary",    url_.c_str(), nullptr};
  session_.reset(PQconnectdbParams(keywords, values, 1));
  if (session_ == nullptr) throw std::bad_alloc();
  if (PQstatus(session_.get()) != CONNECTION_OK)
    refuse(name(), Errc::unavailable,
           "cannot connect to the server: " + one_line(PQerrorMessage(session_.get())));
  PQsetNoticeProcessor(
      session_.get(), [](void*, const char*) {}, nullptr);
  // Safe against a server or role that is set up for something else. A process that hangs in a
  // transaction, or is cut off, holds what steps wait for: the server ends its session.
  const std::string settings =
      "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET row_security = off; "
      "SET default_transaction_isolation = 'read committed'; "
      "SET idle_in_transaction_session_timeout = '60s'; SET tcp_user_timeout = '30s'; "
      "SET client_connection_check_interval = '5s'; SET lock_timeout = " +
      std::to_string(busy_timeout().count());
  try {
    checked(PQexec(session_.get(), settings.c_str()));
  } catch (...) {
    session_.reset();
    throw;
  }
}

void Connection::check() {
  const auto version = maybe_integer("SELECT max(version) FROM sosik_schema");
  if (version.value_or(0) < schema_version) refuse(name(), Errc::corrupt, "its schema has changed");
  if (exists("SELECT 1 WHERE current_setting('transaction_read_only') = 'on'"))
    refuse(name(), Errc::unavailable, "it cannot be written: the server is a standby or read-only");
}

std::unique_ptr<Connection> open(std::string_view url, const StoreOptions& options) {
  const std::string text(url);
  auto db = std::make_unique<Connection>(text, name_of(text), options.busy_timeout);
  migrate(*db, options.create);
  return db;
}

}  // namespace sosik::postgres
