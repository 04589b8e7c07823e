#include "sosik/render/gate.hpp"

#include <expat.h>

#include <climits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "sosik/base/text.hpp"

namespace sosik {
namespace {

using Parser = std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)>;

struct Seen {
  XML_Parser parser;
  bool has_doctype = false;
};

void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  auto& seen = *static_cast<Seen*>(user);
  seen.has_doctype = true;
  XML_StopParser(seen.parser, XML_FALSE);
}

Error at_line(XML_Parser parser, std::string_view reason) {
  return invalid("line " + std::to_string(XML_GetCurrentLineNumber(parser)) + ": " +
                 std::string(reason));
}

}  // namespace

Result<void> check_xml(std::string_view document) {
  if (!document.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"))
    return invalid("line 1: no XML 1.0 declaration in UTF-8 in the first bytes");
  if (!is_valid_utf8(document)) return invalid("not UTF-8");
  if (document.size() > INT_MAX) return invalid("larger than 2 GiB");
  const Parser parser(XML_ParserCreateNS("UTF-8", '|'), &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  Seen seen{parser.get()};
  XML_SetUserData(parser.get(), &seen);
  XML_SetStartDoctypeDeclHandler(parser.get(), &on_doctype);
  const auto status =
      XML_Parse(parser.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
  if (seen.has_doctype) return at_line(parser.get(), "a document type declaration");
  if (status != XML_STATUS_OK)
    return at_line(parser.get(), XML_ErrorString(XML_GetErrorCode(parser.get())));
  return {};
}

Result<void> check_json_feed(std::string_view document) {
  if (!is_valid_utf8(document)) return invalid("not UTF-8");
  if (!document.starts_with('{')) return invalid("does not begin with an object");  // nor a BOM
  const auto value = nlohmann::ordered_json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return invalid("not JSON");
  if (!value.is_object() || value.empty() || value.begin().key() != "version" ||
      value.front() != "https://jsonfeed.org/version/1.1")
    return invalid("does not begin with the version of JSON Feed 1.1");
  const auto title = value.find("title"), items = value.find("items");
  if (title == value.end() || !title->is_string()) return invalid("no title");
  if (items == value.end() || !items->is_array()) return invalid("no items");
  return {};
}

Result<void> check_document(std::string_view document, Format format) {
  switch (format) {
    case Format::rss:
    case Format::atom:
    case Format::opml:
      return check_xml(document);
    case Format::json:
      return check_json_feed(document);
    case Format::html:
      break;
  }
  if (!is_valid_utf8(document)) return invalid("not UTF-8");
  if (document.find('\0') != std::string_view::npos) return invalid("holds a NUL");
  return {};
}

}  // namespace sosik
