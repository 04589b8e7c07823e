#include "api_call.hpp"

namespace sosik::admin {

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ApiAnswer answer(int status, const Json& body) {
  ApiAnswer made;
  made.status = status;
  made.body = json_text(body);
  return made;
}

ApiAnswer no_content() {
  ApiAnswer made;
  made.status = 204;
  made.content_type.clear();
  return made;
}

ApiAnswer problem(int status, std::string detail, FieldErrors errors) {
  ApiAnswer made;
  made.problem = Problem{status, std::move(detail), std::move(errors)};
  return made;
}

Problem problem_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
      return {422, error.detail, {}};
    case Errc::not_found:
      return {404, error.detail, {}};
    case Errc::conflict:
      return {409, error.detail, {}};
    case Errc::too_large:
      return {413, error.detail, {}};
    case Errc::unauthorized:
      return {403, error.detail, {}};
    case Errc::timeout:
    case Errc::unavailable:
      return {503, "the store cannot do this now; nothing was changed; try again", {}};
    case Errc::corrupt:
      break;
  }
  return {500, "the operator has to look at this; the log says why", {}};
}

std::string_view status_text(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
  }
  return "Internal Server Error";
}

std::string problem_text(const Problem& problem, std::string_view instance) {
  Json shown = {{"type", "about:blank"},
                {"title", status_text(problem.status)},
                {"status", problem.status},
                {"detail", problem.detail},
                {"instance", instance}};
  for (const auto& error : problem.errors)
    shown["errors"].push_back(
        {{"detail", error.detail}, {error.is_parameter ? "parameter" : "pointer", error.where}});
  return json_text(shown);
}

}  // namespace sosik::admin
