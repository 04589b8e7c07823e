#include "connection.hpp"

#include <poll.h>

#include <charconv>
#include <vector>

#include "failures.hpp"
#include "sosik/base/digest.hpp"

namespace sosik::postgres {
namespace {

// Parameters are written ?1 in our SQL and $1 in the server's. What stands in quotes stays.
std::string with_dollars(std::string_view sql) {
  std::string text;
  bool is_quoted = false;
  for (const char c : sql) {
    if (c == '\'') is_quoted = !is_quoted;
    text += c == '?' && !is_quoted ? '$' : c;
  }
  return text;
}

class Statement final : public sql::Statement {
 public:
  Statement(Connection& db, std::string_view sql) : db_(db), sql_(sql) {}

  void bind(int index, std::int64_t value) override { place(index) = std::to_string(value); }
  void bind(int index, std::string_view value) override {
    if (value.find('\0') != std::string_view::npos)
      throw sql::Failure({Errc::invalid, "store '" + db_.name() +
                                             "': it keeps no text with NUL characters in it"});
    place(index) = value;
  }
  void bind_null(int index) override {
    place(index);
    pointers_[static_cast<std::size_t>(index) - 1] = nullptr;
  }
  bool next() override {
    if (!rows_) {
      for (std::size_t i = 0; i < pointers_.size(); ++i)
        if (pointers_[i] != nullptr) pointers_[i] = values_[i].c_str();
      rows_ = db_.execute(sql_, pointers_);
      row_ = -1;
    }
    return ++row_ < PQntuples(rows_.get());
  }
  void reset() noexcept override {
    rows_.reset();
    pointers_.clear();
  }

  bool is_null(int column) const override { return PQgetisnull(rows_.get(), row_, column) != 0; }
  std::int64_t integer(int column) const override {
    const std::string_view text = view(column);
    if (text == "t") return 1;  // a boolean
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  std::string_view view(int column) const override {
    return {PQgetvalue(rows_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(rows_.get(), row_, column))};
  }

 private:
  // The parameter's value, which stands as given from now on.
  std::string& place(int index) {
    const auto count = static_cast<std::size_t>(index);
    if (values_.size() < count) values_.resize(count);
    if (pointers_.size() < count) pointers_.resize(count, nullptr);
    pointers_[count - 1] = "";  // not NULL; where it points to is settled when the statement runs
    return values_[count - 1];
  }

  Connection& db_;
  std::string_view sql_;
  std::vector<std::string> values_;
  std::vector<const char*> pointers_;
  Connection::Rows rows_;
  int row_ = -1;
};

// Does the server not know the statement any more (DISCARD, a pooler), or does it mean something
// else since another version of the program has changed a table (S-056)?
bool is_outdated(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state != nullptr &&
         (std::string_view(state) == "26000" || std::string_view(state) == "0A000");
}

}  // namespace

Connection::~Connection() { forget_statements(); }

std::shared_ptr<sql::Statement> Connection::prepare(std::string_view sql) {
  return std::make_shared<Statement>(*this, sql);
}

void Connection::need_session() {
  const bool is_there = PQstatus(session_.get()) == CONNECTION_OK;
  if (is_there && (!is_doubtful_ || is_in_transaction_)) return;
  if (is_in_transaction_)
    throw sql::Failure({Errc::unavailable, "store '" + name() +
                                               "': the connection to the server was lost inside "
                                               "of a transaction; try again"});
  connect();
}

Connection::Rows Connection::checked(PGresult* result) {
  Rows rows(result);
  const auto status = PQresultStatus(result);  // of nothing: PGRES_FATAL_ERROR
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  const auto field = [&](int which) {
    const char* text = PQresultErrorField(result, which);
    return std::string_view(text ? text : "");
  };
  const bool is_lost = PQstatus(session_.get()) != CONNECTION_OK;
  const std::string_view state = field(PG_DIAG_SQLSTATE);
  const std::string_view message = field(PG_DIAG_MESSAGE_PRIMARY);
  is_doubtful_ = is_doubtful_ || state == "25006";
  throw sql::Failure(explain(!state.empty() || !is_lost ? state : "08006",
                             !message.empty() ? message : PQerrorMessage(session_.get()),
                             field(PG_DIAG_CONSTRAINT_NAME), name()));
}

const std::string& Connection::prepared_name(std::string_view sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return found->second;
  std::string made = "s" + std::to_string(++last_name_);
  checked(PQprepare(session_.get(), made.c_str(), with_dollars(sql).c_str(), 0, nullptr));
  return prepared_.try_emplace(sql, std::move(made)).first->second;
}

template <class Work>
Connection::Rows Connection::twice(const Work& work) {
  need_session();
  try {
    return work();
  } catch (const sql::Failure&) {
    if (PQstatus(session_.get()) == CONNECTION_OK) throw;
  }
  connect();
  return work();
}

// What changes something may have done so before the session was lost: only queries are run again.
static bool is_query(std::string_view sql) {
  return sql.starts_with("SELECT") || sql.starts_with("(SELECT") ||
         sql.starts_with("WITH RECURSIVE");
}

Connection::Rows Connection::execute(std::string_view sql,
                                     const std::vector<const char*>& parameters) {
  if (!is_in_transaction_ && is_query(sql))
    return twice([&] { return execute_once(sql, parameters); });
  need_session();
  return execute_once(sql, parameters);
}

Connection::Rows Connection::execute_once(std::string_view sql,
                                          const std::vector<const char*>& parameters) {
  const auto run = [&] {
    return PQexecPrepared(session_.get(), prepared_name(sql).c_str(),
                          static_cast<int>(parameters.size()), parameters.data(), nullptr, nullptr,
                          0);
  };
  PGresult* result = run();
  if (is_outdated(result)) {
    prepared_.erase(sql);
    if (!is_in_transaction_) {
      PQclear(result);
      result = run();
    }
  }
  Rows rows = checked(result);
  const std::string_view count = PQcmdTuples(rows.get());
  changes_ = 0;
  std::from_chars(count.data(), count.data() + count.size(), changes_);
  return rows;
}

Connection::Rows Connection::command(const char* sql) {
  need_session();
  return checked(PQexec(session_.get(), sql));
}

void Connection::script(const char* sql) { command(sql); }

void Connection::take_turn(sql::Access access) {
  if (access == sql::Access::ledger) run("SELECT sosik_begin_ledger()");
  if (access == sql::Access::alone) run("SELECT sosik_begin_alone()");
}

// Readers see one state throughout; writers see what others commit between their statements.
void Connection::begin(sql::Access access) {
  std::string sql = access == sql::Access::read ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                                : "BEGIN ISOLATION LEVEL READ COMMITTED";
  if (patience_ != busy_timeout())
    sql += "; SET LOCAL lock_timeout = " + std::to_string(patience_.count());
  if (access == sql::Access::ledger) sql += "; SELECT sosik_begin_ledger()";
  if (access == sql::Access::alone) sql += "; SELECT sosik_begin_alone()";
  try {
    twice([&] {
      if (access == sql::Access::alone && has_lost_lead_)
        throw sql::Failure({Errc::unavailable, "store '" + name() +
                                                   "': the session was lost that ran the step, and "
                                                   "another node may run it; try again"});
      return checked(PQexec(session_.get(), sql.c_str()));
    });
    is_in_transaction_ = true;
  } catch (...) {  // it did not get the lock
    rollback();
    throw;
  }
}

void Connection::commit() {
  need_session();
  is_in_transaction_ = false;
  const Rows done = checked(PQexec(session_.get(), "COMMIT"));
  // How the server answers when an earlier statement had failed.
  if (std::string_view(PQcmdStatus(done.get())) == "ROLLBACK")
    throw sql::Failure({Errc::unavailable, "store '" + name() +
                                               "': the transaction was rolled back, because a "
                                               "statement of it had failed"});
}

void Connection::rollback() {
  is_in_transaction_ = false;
  if (PQstatus(session_.get()) == CONNECTION_OK) checked(PQexec(session_.get(), "ROLLBACK"));
}

// The snapshot that a statement sees: another one as soon as anything that wrote has ended.
std::int64_t Connection::data_version() {
  sql::Query q = query("SELECT CAST(pg_current_snapshot() AS text)");
  q.next();
  // Numbers of transactions that a failover lost come again: not so in the same session.
  return static_cast<std::int64_t>(hash64(q.text(0) + ' ' + std::to_string(sessions_)));
}

// The session's lock, which ends with it. The server ends a session that keeps silent: whoever
// leads asks again and again.
bool Connection::lead() {
  if (leads_) {
    twice([&] { return checked(PQexec(session_.get(), "SELECT 1")); });
    if (leads_) return true;  // else it is another session by now
  }
  // Whoever asks hears that the lead was lost, before he leads anew: others may have led meanwhile.
  if (std::exchange(has_lost_lead_, false)) return false;
  sql::Query q = query(
      "SELECT CASE WHEN pg_try_advisory_lock(sosik_lead_lock()) "
      "THEN set_config('idle_session_timeout', '10s', false) END");
  q.next();
  return leads_ = !q.is_null(0);
}

void Connection::resign() {
  if (!std::exchange(leads_, false)) return;
  command("SELECT pg_advisory_unlock_all(); RESET idle_session_timeout");
}

std::string Connection::timeline() {
  sql::Query q = query("SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)");
  q.next();
  return q.text(0);
}

// The channel is this store's alone: a database may hold several, each in a schema of its own.
void Connection::hint() {
  sql::Query q =
      query("SELECT pg_notify('sosik_news_' || CAST(CAST('news' AS regclass) AS oid), '')");
  q.next();
}

// Said again now and then: so a server that went without a word is noticed.
void Connection::listen() {
  const auto now = std::chrono::steady_clock::now();
  if (listens_in_ == sessions_ && now < listens_until_) return;
  sql::Query q = query("SELECT 'LISTEN sosik_news_' || CAST(CAST('news' AS regclass) AS oid)");
  q.next();
  command(q.text(0).c_str());
  listens_in_ = sessions_;
  listens_until_ = now + std::chrono::seconds(10);
}

bool Connection::wait_for_hint(std::chrono::milliseconds most) {
  listen();
  const auto end = std::chrono::steady_clock::now() + most;
  for (;;) {
    if (PQconsumeInput(session_.get()) == 0) {
      listens_in_ = 0;
      checked(nullptr);
    }
    bool has_come = false;
    while (PGnotify* hint = PQnotifies(session_.get())) {
      PQfreemem(hint);
      has_come = true;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (has_come || left.count() <= 0) return has_come;
    pollfd socket{PQsocket(session_.get()), POLLIN, 0};
    ::poll(&socket, 1, static_cast<int>(left.count()));
  }
}

std::optional<Timestamp> Connection::clock() {
  sql::Query q = query("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)");
  q.next();
  return q.time(0);
}

}  // namespace sosik::postgres
