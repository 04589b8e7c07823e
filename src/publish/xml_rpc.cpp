#include "xml_rpc.hpp"

#include <cstdlib>
#include <pugixml.hpp>

#include "sosik/base/decode.hpp"
#include "sosik/base/text.hpp"

namespace sosik {

namespace {

// The code point that begins at `at` of valid UTF-8, and the step to the next one.
std::uint32_t code_point(std::string_view text, std::size_t& at) {
  auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  std::uint32_t first = byte(at++);
  if (first < 0x80) return first;
  int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  std::uint32_t value = first & (0x3fu >> more);
  for (; more > 0 && at < text.size(); --more) value = value << 6 | (byte(at++) & 0x3f);
  return value;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto c = code_point(text, at);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += "&#" + std::to_string(c) + ";";
    }
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// <value>text</value> or <value><type>text</type></value>.
std::string text_of(pugi::xml_node value) {
  for (auto child : value.children()) {
    if (child.type() == pugi::node_element) return clean_line(child.text().get());
  }
  return clean_line(value.text().get());
}

std::string member(pugi::xml_node structure, std::string_view name) {
  for (auto one : structure.children("member")) {
    if (lower(clean_line(one.child("name").text().get())) == name)
      return text_of(one.child("value"));
  }
  return {};
}

}  // namespace

std::string xml_rpc_call(std::string_view method, const std::vector<std::string>& parameters) {
  std::string out = "<?xml version=\"1.0\"?><methodCall><methodName>" + std::string(method) +
                    "</methodName><params>";
  for (auto& parameter : parameters) {
    out += "<param><value>" + escaped(parameter) + "</value></param>";
  }
  return out + "</params></methodCall>";
}

bool XmlRpcReply::Fault::is_method_not_found() const {
  if (code == -32601) return true;
  auto words = lower(text);
  if (words.find("method") == std::string::npos) return false;
  for (auto* phrase : {"not found", "unknown", "does not exist", "not supported", "unsupported",
                       "no such", "not exist", "invalid method", "not implemented"}) {
    if (words.find(phrase) != std::string::npos) return true;
  }
  return false;
}

Result<XmlRpcReply> parse_xml_rpc_reply(std::string_view body) {
  const auto decoded = decode_text(body, declared_charset(body));  // Korean ones may be EUC-KR
  if (!decoded) return invalid("the reply cannot be read: " + decoded.error().detail);
  const std::string& text = decoded->text;
  pugi::xml_document document;
  auto parsed = document.load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed) return invalid(std::string("the reply is not XML: ") + parsed.description());
  for (auto node : document.children()) {
    if (node.type() == pugi::node_doctype)
      return invalid("the reply declares a document type: refused");
  }
  auto response = document.child("methodResponse");
  if (!response) return invalid("the reply is not a methodResponse");
  XmlRpcReply reply;
  if (auto fault = response.child("fault")) {
    auto structure = fault.child("value").child("struct");
    reply.message = member(structure, "faultstring");
    reply.fault =
        XmlRpcReply::Fault{std::atoi(member(structure, "faultcode").c_str()), reply.message};
    return reply;
  }
  auto structure = response.child("params").child("param").child("value").child("struct");
  auto flag = lower(member(structure, "flerror"));
  if (flag.empty()) return invalid("the reply has no flerror");
  reply.is_error = flag != "0" && flag != "false";
  reply.message = member(structure, "message");
  return reply;
}

}  // namespace sosik
