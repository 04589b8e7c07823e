#include "fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "sosik/base/text.hpp"

namespace sosik::admin {
namespace {

struct TooMuch {
  const char* what;
};

// Counts while a document is read; throws TooMuch.
class Measure {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json&) {
    const auto level = static_cast<std::size_t>(depth);
    if (level > max_depth) throw TooMuch{"is nested too deeply"};
    if (event == Json::parse_event_t::object_start) members_[level] = 0;
    if (event == Json::parse_event_t::key && ++members_[level - 1] > max_members)
      throw TooMuch{"has an object of more than 1,000 members"};
    if (++events_ > 2 * max_values) throw TooMuch{"has too many values"};
    return true;
  }

 private:
  std::array<std::size_t, max_depth + 1> members_{};  // of the object that is open at each level
  std::size_t events_ = 0;                            // about two a value
};

std::string listed(std::span<const std::string_view> words) {
  std::string list;
  for (const auto word : words) list.append(list.empty() ? "" : ", ").append(word);
  return list;
}

std::string range(std::int64_t min, std::int64_t max) {
  return "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

std::optional<std::size_t> index_of(std::string_view word,
                                    std::span<const std::string_view> words) {
  const auto found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<std::size_t>(found - words.begin());
}

// RFC 6901 section 3.
std::string escaped(std::string_view name) {
  std::string token;
  for (const char c : name) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

// What a text means, wherever it stood; `wrong` is told when it means nothing.
template <class Text, class Wrong>
std::optional<Timestamp> date_of(const Text& written, const TimeZone& zone, Wrong wrong) {
  if (!written) return std::nullopt;
  const auto when = parse_date(*written, zone);
  if (when) return *when;
  wrong(when.error().detail);
  return std::nullopt;
}

template <class Text, class Wrong>
std::optional<std::size_t> choice_of(const Text& word, std::span<const std::string_view> words,
                                     Wrong wrong) {
  if (!word) return std::nullopt;
  const auto found = index_of(*word, words);
  if (!found) wrong("must be one of " + listed(words));
  return found;
}

}  // namespace

Members::Members(const Json& value, std::string pointer, FieldErrors& errors)
    : value_(value), pointer_(std::move(pointer)), errors_(errors) {
  if (!value_.is_object()) errors_.push_back({"#" + pointer_, "must be an object", false});
}

std::string Members::pointer_to(std::string_view name) const {
  return pointer_ + "/" + escaped(name);
}

void Members::wrong(std::string_view name, std::string detail) {
  errors_.push_back({"#" + pointer_to(name), std::move(detail), false});
}

const Json* Members::find(std::string_view name) {
  asked_.push_back(name);
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(name);
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

bool Members::has(std::string_view name) { return value_.is_object() && value_.contains(name); }

std::optional<std::string> Members::text(std::string_view name) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (const auto* text = value->get_ptr<const std::string*>()) return *text;
  wrong(name, "must be a text");
  return std::nullopt;
}

std::optional<std::string> Members::line(std::string_view name) {
  auto found = text(name);
  if (found && has_control(*found)) {
    wrong(name, "must be one line without control characters");
    return std::nullopt;
  }
  return found;
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t min,
                                             std::int64_t max) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  const bool is_huge =
      value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
  if (value->is_number_integer() && !is_huge) {
    const auto number = value->get<std::int64_t>();
    if (number >= min && number <= max) return number;
  }
  wrong(name, range(min, max));
  return std::nullopt;
}

std::optional<bool> Members::flag(std::string_view name) {
  const Json* value = find(name);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrong(name, "must be true or false");
  return std::nullopt;
}

std::optional<Timestamp> Members::date(std::string_view name, const TimeZone& zone) {
  return date_of(text(name), zone, [&](std::string why) { wrong(name, std::move(why)); });
}

std::optional<std::size_t> Members::choice(std::string_view name,
                                           std::span<const std::string_view> words) {
  return choice_of(text(name), words, [&](std::string why) { wrong(name, std::move(why)); });
}

std::optional<std::vector<std::string>> Members::lines(std::string_view name) {
  const Json* list = array(name);
  if (!list) return std::nullopt;
  std::vector<std::string> found;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* text = (*list)[i].get_ptr<const std::string*>();
    if (text && !text->empty() && !has_control(*text))
      found.push_back(*text);
    else
      errors_.push_back({"#" + pointer_to(name) + "/" + std::to_string(i),
                         "must be a text of one line, and not empty", false});
  }
  return found;
}

const Json* Members::array(std::string_view name) {
  const Json* value = find(name);
  if (value && !value->is_array()) {
    wrong(name, "must be an array");
    return nullptr;
  }
  if (value && value->size() > most_elements) {
    wrong(name, "has more than " + std::to_string(most_elements) + " elements");
    return nullptr;
  }
  return value;
}

const Json* Members::object(std::string_view name) {
  const Json* value = find(name);
  if (value && !value->is_object()) {
    wrong(name, "must be an object");
    return nullptr;
  }
  return value;
}

void Members::finish() {
  if (!value_.is_object()) return;
  for (const auto& [name, value] : value_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
      wrong(name, "there is no such member");
  }
}

JsonBody json_body(const ApiRequest& request) {
  JsonBody body;
  if (request.content_type != "application/json") {
    body.problem = problem(415, "the body must be application/json");
    return body;
  }
  try {
    body.value = Json::parse(request.body, Measure());
  } catch (const TooMuch& limit) {
    body.problem = problem(400, std::string("the body ") + limit.what);
    return body;
  } catch (const Json::exception& e) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ...": without the first.
    const std::string_view what = e.what();
    const auto begin = what.find("] ");
    body.problem = problem(400, "the body is not JSON: " +
                                    printable(begin == what.npos ? what : what.substr(begin + 2)));
    return body;
  }
  if (!body.value.is_object())
    body.problem =
        problem(422, "the body must be a JSON object", {{"#", "must be an object", false}});
  return body;
}

JsonBody optional_json_body(const ApiRequest& request) {
  if (!request.body.empty()) return json_body(request);
  return {Json::object(), std::nullopt};
}

std::optional<std::string> Parameters::text(std::string_view name) {
  asked_.push_back(name);
  for (const auto& [key, value] : request_.query)
    if (key == name) return value;
  return std::nullopt;
}

std::optional<std::int64_t> Parameters::integer(std::string_view name, std::int64_t min,
                                                std::int64_t max) {
  const auto written = text(name);
  if (!written) return std::nullopt;
  std::int64_t number = 0;
  const char* end = written->data() + written->size();
  const auto [stop, ec] = std::from_chars(written->data(), end, number);
  if (ec == std::errc() && stop == end && !written->empty() && number >= min && number <= max)
    return number;
  wrong(name, range(min, max));
  return std::nullopt;
}

bool Parameters::flag(std::string_view name) {
  const auto written = text(name);
  if (!written || *written == "false") return false;
  if (*written == "true") return true;
  wrong(name, "must be true or false");
  return false;
}

std::optional<Timestamp> Parameters::date(std::string_view name, const TimeZone& zone) {
  return date_of(text(name), zone, [&](std::string why) { wrong(name, std::move(why)); });
}

std::optional<std::size_t> Parameters::choice(std::string_view name,
                                              std::span<const std::string_view> words) {
  return choice_of(text(name), words, [&](std::string why) { wrong(name, std::move(why)); });
}

void Parameters::wrong(std::string_view name, std::string detail) {
  errors_.push_back({std::string(name), std::move(detail), true});
}

void Parameters::finish() {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : request_.query) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
      wrong(name, "there is no such parameter");
    else if (std::find(seen.begin(), seen.end(), name) != seen.end())
      wrong(name, "is there twice");
    seen.push_back(name);
  }
}

ApiAnswer bad_query(FieldErrors errors) {
  return problem(400, "the query is not understood", std::move(errors));
}

ApiAnswer bad_body(FieldErrors errors) {
  if (errors.size() > most_told) errors.resize(most_told);
  return problem(422, "the body is not as it must be", std::move(errors));
}

TimeZone zone_of(const Site& site) {
  auto zone = TimeZone::named(site.time_zone);
  return zone ? *zone : TimeZone::utc();  // the configuration has been checked
}

std::string shown_time(Timestamp when) { return rfc3339_date(when, TimeZone::utc()); }

Json shown_time(const std::optional<Timestamp>& when) {
  return when ? Json(shown_time(*when)) : Json();
}

}  // namespace sosik::admin
