#include "copy_rows.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "copy_escape.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/text.hpp"

namespace sosik::sql {
namespace {

constexpr std::size_t rows_at_once = 100;
constexpr std::size_t bytes_at_once = 8 << 20;  // unless one row has more

struct Value {
  bool is_null = false;
  std::string_view bytes;  // of a number its decimal digits
};
using Row = std::span<const Value>;

// "posts, site_id 1, post_id 'a'"
std::string row_name(const CopyTable& table, Row row) {
  constexpr std::size_t longest = 200;
  std::string name = table.name;
  for (const std::size_t i : table.key) {
    const bool is_text = table.columns[i].kind == ColumnKind::text && !row[i].is_null;
    name.append(", ").append(table.columns[i].name).append(is_text ? " '" : " ");
    name.append(row[i].is_null ? "NULL" : repair_utf8(row[i].bytes.substr(0, longest)));
    if (is_text) name += row[i].bytes.size() > longest ? "...'" : "'";
  }
  return name;
}

[[noreturn]] void refuse(const Connection& db, const CopyTable& table, Row row,
                         const std::string& reason, Errc code = Errc::invalid) {
  throw Failure(
      {code, "store '" + db.name() + "': the row of " + row_name(table, row) + ": " + reason});
}

enum class Texts { as_they_are, escaped };

std::string value_of(const CopyColumn& column, Texts texts) {
  const std::string name = quoted(column.name);
  const bool is_escaped = texts == Texts::escaped && column.kind == ColumnKind::text;
  return is_escaped ? "sosik_escaped(" + name + ")" : name;
}

// In the order of the key: both engines compare texts by their bytes.
std::string select(const CopyTable& table, const std::string& what, Texts texts) {
  std::string order;
  for (const std::size_t i : table.key)
    order.append(order.empty() ? "" : ", ").append(value_of(table.columns[i], texts));
  return "SELECT " + what + " FROM " + quoted(table.name) + " ORDER BY " + order;
}

std::string select_all(const CopyTable& table, Engine engine, Texts texts) {
  std::string columns;
  for (const CopyColumn& column : table.columns)
    columns.append(columns.empty() ? "" : ", ").append(value_of(column, texts));
  // Behind the row: is it a blob, which another engine would not tell from a text?
  for (std::size_t i = 0; engine == Engine::sqlite && i < table.key.size(); ++i)
    columns += ", typeof(" + quoted(table.columns[table.key[i]].name) + ")";
  return select(table, columns, texts);
}

// In PostgreSQL, which knows how long a text is without reading it.
std::string select_sizes(const CopyTable& table) {
  std::string size = "0";
  for (const CopyColumn& column : table.columns)
    if (column.kind == ColumnKind::text)
      size += " + coalesce(octet_length(" + quoted(column.name) + "), 0)";
  return select(table, size, Texts::as_they_are);
}

// The rows of a SELECT in PostgreSQL, which sends whole results, a few at a time.
class Cursor {
 public:
  Cursor(CopySide& side, const std::string& name, const std::string& rows)
      : side_(side), name_(quoted(name)) {
    side.db->script(("DECLARE " + name_ + " NO SCROLL CURSOR FOR " + rows).c_str());
  }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor() {
    try {
      side_.db->script(("CLOSE " + name_).c_str());
    } catch (const Failure&) {
      // Then it ends with the transaction.
    }
  }
  Query fetch(std::size_t rows) {
    const std::string*& statement = fetches_[rows];
    if (statement == nullptr)
      statement =
          &side_.statements.emplace_back("FETCH " + std::to_string(rows) + " FROM " + name_);
    return side_.db->query(*statement);
  }

 private:
  CopySide& side_;
  std::string name_;
  std::map<std::size_t, const std::string*> fetches_;
};

// How many of the next rows fit into memory together: bodies may be of any size.
std::size_t fitting(Cursor& sizes) {
  std::int64_t bytes = 0;
  for (Query q = sizes.fetch(rows_at_once); q.next();) bytes += q.integer(0);
  return bytes > std::int64_t{bytes_at_once} ? 1 : rows_at_once;
}

// Every row, in the order of the key.
void for_each_row(CopySide& side, const CopyTable& table, Texts texts,
                  const std::function<void(Row)>& visit) {
  std::vector<Value> row(table.columns.size());
  const auto read = [&](Query& q) {
    std::size_t count = 0;
    for (; q.next(); ++count) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const int column = static_cast<int>(i);
        row[i].is_null = q.is_null(column);
        row[i].bytes = row[i].is_null ? std::string_view() : q.view(column);
      }
      for (std::size_t i = 0; side.db->engine() == Engine::sqlite && i < table.key.size(); ++i)
        if (q.view(static_cast<int>(row.size() + i)) == "blob")
          refuse(*side.db, table, row,
                 "column " + table.columns[table.key[i]].name +
                     " is a blob, not a text; write it as a text, and try again");
      visit(row);
    }
    return count;
  };
  if (side.db->engine() == Engine::sqlite) {
    Query q = side.query(select_all(table, Engine::sqlite, texts));
    read(q);
    return;
  }
  Cursor rows(side, "copy of " + table.name, select_all(table, Engine::postgresql, texts));
  Cursor sizes(side, "sizes of " + table.name, select_sizes(table));
  for (;;) {
    const std::size_t at_once = fitting(sizes);
    for (std::size_t fetched = 0; fetched < rows_at_once; fetched += at_once) {
      Query q = rows.fetch(at_once);
      if (read(q) < at_once) return;
    }
  }
}

// The same bytes for the same row, and no other row's.
class RowHash {
 public:
  void add(Row row) {
    bytes_.clear();
    for (const Value& value : row) {
      bytes_ += value.is_null ? "-" : std::to_string(value.bytes.size());
      bytes_ += ':';
      bytes_ += value.bytes;
    }
    hash_.add(bytes_);
    ++rows_;
  }
  TableCopy finish(const CopyTable& table) { return {table.name, rows_, hash_.finish()}; }

 private:
  Sha256 hash_;
  std::string bytes_;
  std::int64_t rows_ = 0;
};

std::int64_t number_of(const Connection& db, const CopyTable& table, Row row, std::size_t i) {
  std::int64_t number = 0;
  const char* const end = row[i].bytes.data() + row[i].bytes.size();
  const auto [stop, error] = std::from_chars(row[i].bytes.data(), end, number);
  if (error != std::errc() || stop != end)
    refuse(db, table, row,
           "column " + table.columns[i].name + " is no whole number; mend it, and try again");
  return number;
}

// What SQLite keeps and PostgreSQL does not; the step makes do with either (docs/post-store.md).
void check_text(const Connection& db, const CopyTable& table, Row row, std::size_t i) {
  const std::string column = "column " + table.columns[i].name;
  constexpr std::string_view advice = ", which PostgreSQL does not keep; mend it, and try again";
  if (row[i].bytes.find('\0') != std::string_view::npos)
    refuse(db, table, row, column + " has a NUL character" + std::string(advice));
  if (!is_valid_utf8(row[i].bytes))
    refuse(db, table, row, column + " is not UTF-8" + std::string(advice));
}

// Writes rows into the target, several with one statement.
class Inserter {
 public:
  Inserter(const CopySide& from, CopySide& to, const CopyTable& table, std::size_t at_once)
      : from_(from),
        to_(to),
        table_(table),
        at_once_(at_once),
        many_(to.statements.emplace_back(insert(at_once))),
        one_(to.statements.emplace_back(insert(1))) {}

  void add(Row row) {
    check(row);
    for (const Value& value : row) {
      values_.push_back({value.is_null, std::string(value.bytes)});
      bytes_ += value.bytes.size();
    }
    if (++rows_ == at_once_)
      flush(many_, at_once_);
    else if (bytes_ > bytes_at_once)
      flush(one_, 1);
  }
  void finish() { flush(one_, 1); }

 private:
  struct Kept {
    bool is_null;
    std::string bytes;
  };

  void check(Row row) const {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].is_null) continue;
      if (table_.columns[i].kind == ColumnKind::integer)
        number_of(*from_.db, table_, row, i);
      else if (to_.db->engine() == Engine::postgresql)
        check_text(*from_.db, table_, row, i);
    }
  }

  // In PostgreSQL a touched post has a number of who touched it. What is in the copy was touched by
  // nobody there: no two rows by one, and none by a transaction to come.
  bool needs_xid() const {
    return table_.name == "dirty_posts" && to_.db->engine() == Engine::postgresql;
  }

  std::string insert(std::size_t rows) const {
    std::string sql = "INSERT INTO " + quoted(table_.name) + " (";
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
      sql.append(i == 0 ? "" : ", ").append(quoted(table_.columns[i].name));
    sql += needs_xid() ? ", xid) VALUES " : ") VALUES ";
    std::size_t parameter = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      sql += row == 0 ? "(" : ", (";
      std::string seq;
      for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const std::string mark = "?" + std::to_string(++parameter);
        const bool is_number = table_.columns[i].kind == ColumnKind::integer;
        sql.append(i == 0 ? "" : ", ");
        sql += is_number ? "CAST(" + mark + " AS BIGINT)" : "CAST(" + mark + " AS TEXT)";
        if (table_.columns[i].name == "seq") seq = mark;
      }
      if (needs_xid()) sql += ", -CAST(" + seq + " AS BIGINT)";
      sql += ')';
    }
    return sql;
  }

  // What is kept, by a statement that takes `step` rows.
  void flush(const std::string& statement, std::size_t step) {
    const std::size_t columns = table_.columns.size();
    for (std::size_t row = 0; row < rows_; row += step) {
      const auto first = values_.begin() + static_cast<std::ptrdiff_t>(row * columns);
      try {
        write(statement, {first, first + static_cast<std::ptrdiff_t>(step * columns)});
      } catch (const Failure& failure) {
        if (step > 1) throw;
        std::vector<Value> values;
        for (auto it = first; values.size() < columns; ++it)
          values.push_back({it->is_null, it->bytes});
        refuse(*to_.db, table_, values, reason_of(failure.error()), failure.error().code);
      }
    }
    values_.clear();
    rows_ = bytes_ = 0;
  }

  void write(const std::string& statement, std::span<const Kept> values) {
    Query q = to_.db->query(statement);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      const CopyColumn& column = table_.columns[i % table_.columns.size()];
      if (values[i].is_null) {
        q.bind_at(index, nullptr);
      } else if (column.kind == ColumnKind::integer) {
        std::int64_t number = 0;  // check() has seen it
        std::from_chars(values[i].bytes.data(), values[i].bytes.data() + values[i].bytes.size(),
                        number);
        q.bind_at(index, number);
      } else {
        q.bind_at(index, values[i].bytes);
      }
    }
    q.run();
  }

  // Without "store '...': ", which refuse() says.
  std::string reason_of(const Error& error) const {
    const std::string prefix = "store '" + to_.db->name() + "': ";
    return error.detail.substr(error.detail.starts_with(prefix) ? prefix.size() : 0);
  }

  const CopySide& from_;
  CopySide& to_;
  const CopyTable& table_;
  std::size_t at_once_;
  const std::string& many_;
  const std::string& one_;
  std::vector<Kept> values_;
  std::size_t rows_ = 0, bytes_ = 0;
};

// How many have a text that is not written as it is.
std::int64_t count_escaped(CopySide& from, const CopyTable& table) {
  std::string where = "0";
  for (const CopyColumn& column : table.columns)
    if (column.kind == ColumnKind::text)
      where += " OR " + value_of(column, Texts::escaped) + " <> " + quoted(column.name);
  Query q = from.query("SELECT count(*) FROM " + quoted(table.name) + " WHERE " + where);
  q.next();
  return q.integer(0);
}

TableCopy copy_rows(CopySide& from, CopySide& to, const CopyTable& table, std::size_t at_once,
                    Texts texts) {
  Transaction part(*to.db, Access::alone);
  RowHash hash;
  Inserter inserter(from, to, table, at_once);
  for_each_row(from, table, texts, [&](Row row) {
    hash.add(row);
    inserter.add(row);
  });
  inserter.finish();
  part.commit();
  TableCopy copy = hash.finish(table);
  if (texts == Texts::escaped) copy.escaped = count_escaped(from, table);
  return copy;
}

// Nothing where a row was refused.
std::optional<TableCopy> try_copy_rows(CopySide& from, CopySide& to, const CopyTable& table,
                                       Texts texts) {
  try {
    return copy_rows(from, to, table, rows_at_once, texts);
  } catch (const Failure& failure) {
    const Errc code = failure.error().code;
    if (code != Errc::invalid && code != Errc::conflict && code != Errc::too_large) throw;
    return std::nullopt;
  }
}

}  // namespace

TableCopy copy_rows(CopySide& from, CopySide& to, const CopyTable& table) {
  if (auto copy = try_copy_rows(from, to, table, Texts::as_they_are)) return *copy;
  Texts texts = Texts::as_they_are;
  if (!table.is_of_contract && from.db->engine() == Engine::sqlite &&
      to.db->engine() == Engine::postgresql) {
    offer_escaped(*from.db);
    texts = Texts::escaped;
    if (auto copy = try_copy_rows(from, to, table, texts)) return *copy;
  }
  // A row that is refused takes those along that were written with it. One by one tells which.
  return copy_rows(from, to, table, 1, texts);
}

TableCopy count_and_hash(CopySide& side, const CopyTable& table) {
  RowHash hash;
  for_each_row(side, table, Texts::as_they_are, [&](Row row) { hash.add(row); });
  return hash.finish(table);
}

}  // namespace sosik::sql
