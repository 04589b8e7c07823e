// A Request is what the server keeps of one request's head: the few things that an answer depends
// on. Every string_view points into the connection's input buffer (or into the RequestParser, for
// headers sent on several lines) and is good until the answer is made. nullopt means that the
// header was not sent; an empty value is not the same.
#pragma once
#include <optional>
#include <string_view>

namespace sosik {

class ClientAddress;

enum class Method {
  get,
  head,
  options,
  other,    // a method of HTTP that no resource of ours has: 405
  unknown,  // a token we never heard of: 501
};

struct Request {
  Method method = Method::get;
  std::string_view path;  // of the target: origin-form without query; "*" for OPTIONS *
  std::string_view
      host;  // as sent, port included; that of an absolute-form target goes first (H-019)
  bool is_http_1_0 = false;
  bool keep_alive = true;
  bool has_body = false;
  bool expects_continue = false;  // wants "100 Continue" before it sends the body
  std::optional<std::string_view> accept, accept_encoding;
  std::optional<std::string_view> if_match, if_none_match;
  std::optional<std::string_view> if_modified_since, if_unmodified_since;
  // Who asks: for poll budgets and the access log.
  std::string_view method_text, target;
  std::optional<std::string_view> user_agent, referer, forwarded_for;
  const ClientAddress* peer = nullptr;  // the other end of the connection
  bool uses_tls = false;

  bool is_read() const { return method == Method::get || method == Method::head; }
  bool is_conditional() const { return if_none_match || if_modified_since; }
};

}  // namespace sosik
