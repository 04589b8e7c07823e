// The engine for many nodes: a PostgreSQL server, over libpq. Nothing else includes libpq.
//
// The server infers the types of parameters; values travel as text. A session that was lost is made
// again: by the first statement of a transaction and by a query outside of one, so that whoever
// asks after a restart of the server hears nothing of it; never inside a transaction: what remains
// of that fails. A session that led the step is not made again for the next step: lead() is asked
// first.
#pragma once
#include <libpq-fe.h>

#include <unordered_map>

#include "../sql.hpp"
#include "sosik/store/store.hpp"

namespace sosik::postgres {

class Connection final : public sql::Connection {
 public:
  // `url` as libpq takes it; `name` is what may be said of it in messages. Connects.
  Connection(std::string url, std::string name, std::chrono::milliseconds busy_timeout);
  ~Connection() override;

  void script(const char* sql) override;
  std::int64_t changes() const override { return changes_; }
  bool in_transaction() const override { return is_in_transaction_; }
  void begin(sql::Access) override;
  void commit() override;
  void rollback() override;
  void take_turn(sql::Access) override;
  void set_patience(std::chrono::milliseconds most) override { patience_ = most; }
  std::int64_t data_version() override;
  void check() override;
  bool lead() override;
  void resign() override;
  std::string timeline() override;
  std::optional<Timestamp> clock() override;
  void hint() override;
  bool wait_for_hint(std::chrono::milliseconds) override;

  struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Rows = std::unique_ptr<PGresult, FreeResult>;

  // Runs the statement with these parameters; null: NULL.
  Rows execute(std::string_view sql, const std::vector<const char*>& parameters);

 private:
  struct EndSession {
    void operator()(PGconn* session) const { PQfinish(session); }
  };
  std::shared_ptr<sql::Statement> prepare(std::string_view sql) override;
  void connect();
  void need_session();  // connects again where that is allowed
  const std::string& prepared_name(std::string_view sql);
  Rows checked(PGresult* result);  // throws what the result says
  Rows execute_once(std::string_view sql, const std::vector<const char*>& parameters);
  // Runs `work` again, in a new session, where the first has turned out to be lost.
  template <class Work>
  Rows twice(const Work& work);
  Rows command(const char* sql);
  void listen();

  std::string url_;
  std::unique_ptr<PGconn, EndSession> session_;
  std::unordered_map<std::string_view, std::string> prepared_;  // in this session
  std::int64_t last_name_ = 0;                                  // of a prepared statement
  std::chrono::milliseconds patience_;
  std::int64_t changes_ = 0;
  bool is_in_transaction_ = false;
  bool leads_ = false;           // in this session
  bool has_lost_lead_ = false;   // it led in an earlier one, and nobody has asked since
  bool is_doubtful_ = false;     // the server cannot be written (any more): another may
  std::int64_t sessions_ = 0;    // so far
  std::int64_t listens_in_ = 0;  // the session that hears hints
  std::chrono::steady_clock::time_point listens_until_{};  // then it is asked again
};

// A connection to a database whose schema is up to date. Throws sql::Failure.
std::unique_ptr<Connection> open(std::string_view url, const StoreOptions&);
// Is this how the URL of a PostgreSQL database begins?
bool is_url(std::string_view url);
// The URL without what is secret or of no use in a message. Throws sql::Failure: invalid.
std::string name_of(const std::string& url);

}  // namespace sosik::postgres
