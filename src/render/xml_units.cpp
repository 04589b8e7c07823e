#include "xml_units.hpp"

#include <expat.h>

#include <algorithm>
#include <array>
#include <climits>
#include <exception>
#include <memory>
#include <new>

#include "lint_values.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

constexpr std::string_view declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
constexpr char separator = '\n';  // between namespace and name: no URI holds one
constexpr std::size_t max_depth = 16;
constexpr std::size_t max_attributes = 64;

enum class Asked { always, tombstones, webfeeds, source };

// The namespaces of formats.md sections 1 to 6, by their customary prefixes (F-030, F-131).
struct Namespace {
  std::string_view uri, prefix;
  Asked asked = Asked::always;
};
constexpr auto namespaces = std::to_array<Namespace>({
    {"http://www.w3.org/2005/Atom", "atom"},
    {"http://purl.org/rss/1.0/modules/content/", "content"},
    {"http://purl.org/dc/elements/1.1/", "dc"},
    {"http://search.yahoo.com/mrss/", "media"},
    {"http://purl.org/syndication/history/1.0", "fh"},
    {"http://purl.org/syndication/thread/1.0", "thr"},
    {"http://purl.org/rss/1.0/modules/slash/", "slash"},
    {"http://purl.org/rss/1.0/modules/syndication/", "sy"},
    {"http://wellformedweb.org/CommentAPI/", "wfw"},
    {"http://backend.userland.com/creativeCommonsRssModule", "creativeCommons"},
    {"http://www.georss.org/georss", "georss"},
    {"http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"},
    {"http://purl.org/atompub/tombstones/1.0", "at", Asked::tombstones},
    {"http://webfeeds.org/rss/1.0", "webfeeds", Asked::webfeeds},
    {"http://source.scripting.com/", "source", Asked::source},
});

const Namespace* find_namespace(std::string_view uri) {
  const auto found = std::ranges::find(namespaces, uri, &Namespace::uri);
  return found == namespaces.end() ? nullptr : &*found;
}

bool is_asked_for(Asked asked, const FeedExtensions& extensions) {
  return asked == Asked::always || (asked == Asked::tombstones && extensions.tombstones) ||
         (asked == Asked::webfeeds && extensions.webfeeds) ||
         (asked == Asked::source && extensions.source);
}

class Reader {
 public:
  Reader(std::string_view default_namespace, std::size_t unit_depth,
         const FeedExtensions& extensions, UnitLint& format, Lint& lint)
      : parser_(XML_ParserCreateNS("UTF-8", separator), &XML_ParserFree),
        default_namespace_(default_namespace),
        unit_depth_(unit_depth),
        extensions_(extensions),
        format_(format),
        lint_(lint) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &on_start, &on_end);
    XML_SetCharacterDataHandler(parser_.get(), &on_text);
    XML_SetStartNamespaceDeclHandler(parser_.get(), &on_namespace);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &on_doctype);
    XML_SetProcessingInstructionHandler(parser_.get(), &on_instruction);
  }

  void read(std::string_view document) {
    if (!document.starts_with(declaration))
      return lint_.report(1, "document", "F-020",
                          "no XML 1.0 declaration in UTF-8 in the first bytes");
    if (document.size() > INT_MAX) return lint_.report(0, "document", "F-006", "larger than 2 GiB");
    const auto status =
        XML_Parse(parser_.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
    if (failure_) std::rethrow_exception(failure_);
    if (is_stopped_) return;  // and why is reported
    if (status != XML_STATUS_OK) {
      const bool is_utf8 = is_valid_utf8(document);  // expat knows, too, but says "invalid token"
      return lint_.report(line(), path(), is_utf8 ? "F-021" : "F-024",
                          is_utf8 ? XML_ErrorString(XML_GetErrorCode(parser_.get())) : "not UTF-8");
    }
    look_at_namespaces();
    format_.end();
  }

 private:
  static Reader& self(void* user) { return *static_cast<Reader*>(user); }
  // Nothing may be thrown through expat, which is C.
  template <class Work>
  static void guarded(void* user, Work work) {
    Reader& reader = self(user);
    if (reader.is_stopped_) return;
    try {
      work(reader);
    } catch (...) {
      reader.failure_ = std::current_exception();
      reader.stop();
    }
  }
  static void XMLCALL on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
    guarded(user, [&](Reader& r) { r.start(name, attributes); });
  }
  static void XMLCALL on_end(void* user, const XML_Char*) {
    guarded(user, [](Reader& r) { r.finish(); });
  }
  static void XMLCALL on_text(void* user, const XML_Char* text, int size) {
    guarded(user, [&](Reader& r) { r.add_text({text, static_cast<std::size_t>(size)}); });
  }
  static void XMLCALL on_namespace(void* user, const XML_Char* prefix, const XML_Char* uri) {
    guarded(user, [&](Reader& r) { r.declare(prefix ? prefix : "", uri ? uri : ""); });
  }
  static void XMLCALL on_doctype(void* user, const XML_Char*, const XML_Char*, const XML_Char*,
                                 int) {
    guarded(user, [](Reader& r) {
      r.lint_.report(r.line(), "document", "F-028", "a document type declaration");
      r.stop();
    });
  }
  // A style sheet of CSS is the one that may stand there (F-191, F-192).
  static void XMLCALL on_instruction(void* user, const XML_Char* target, const XML_Char* data) {
    guarded(user, [&](Reader& r) {
      const bool is_css =
          std::string_view(target) == "xml-stylesheet" &&
          std::string_view(data).find("type=\"text/css\"") != std::string_view::npos;
      if (!is_css)
        r.lint_.report(r.line(), "document", "F-103",
                       "a processing instruction '" + std::string(target) + "'");
    });
  }

  std::size_t line() const { return XML_GetCurrentLineNumber(parser_.get()); }
  void stop() {
    is_stopped_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }
  std::string path() const {
    std::string path;
    for (const auto& element : open_) path += (path.empty() ? "" : "/") + element.name;
    return path.empty() ? "document" : path;
  }

  void declare(std::string_view prefix, std::string_view uri) {
    if (!open_.empty())
      lint_.report(line(), path(), "F-030", "a namespace is declared below the root");
    if (uri == default_namespace_) {
      if (!prefix.empty())
        lint_.report(
            line(), "document", "F-030",
            "the prefix '" + std::string(prefix) + "' stands for the format's own namespace");
      return;
    }
    declared_.push_back(std::string(uri));
    const Namespace* known = find_namespace(uri);
    if (uri == "http://search.yahoo.com/mrss")
      lint_.report(line(), "document", "F-031", "the media namespace has no '/' at its end");
    else if (!known || !is_asked_for(known->asked, extensions_))
      lint_.report(line(), "document", "F-032",
                   "the namespace " + std::string(uri) + " is unknown to the validator");
    else if (prefix != known->prefix)
      lint_.report(
          line(), "document", "F-030",
          "the prefix '" + std::string(prefix) + "' is not '" + std::string(known->prefix) + "'");
  }
  void look_at_namespaces() {
    for (const auto& uri : declared_)
      if (std::ranges::find(used_, uri) == used_.end())
        lint_.accept(0, "document", "F-030", "the namespace " + uri + " is declared and not used");
  }

  std::string named(std::string_view expanded, bool is_attribute) {
    const auto at = expanded.rfind(separator);
    const auto uri = at == std::string_view::npos ? std::string_view() : expanded.substr(0, at);
    std::string local(at == std::string_view::npos ? expanded : expanded.substr(at + 1));
    if (is_attribute && uri.empty()) return local;
    if (uri == "http://www.w3.org/XML/1998/namespace") return "xml:" + local;
    if (uri == default_namespace_) return local;
    if (std::ranges::find(used_, uri) == used_.end()) used_.emplace_back(uri);
    const Namespace* known = find_namespace(uri);
    return std::string(known ? known->prefix : "?") + ":" + local;
  }

  void start(const XML_Char* name, const XML_Char** attributes) {
    XmlElement element;
    element.name = named(name, false);
    element.line = line();
    for (; attributes[0] != nullptr; attributes += 2) {
      element.attributes.emplace_back(named(attributes[0], true), attributes[1]);
      if (holds_doubtful(attributes[1])) doubtful(element.name);
    }
    const std::size_t depth = open_.size();
    if (depth > max_depth || element.attributes.size() > max_attributes) {
      lint_.report(line(), path(), "F-140", "nested deeper than any feed, or too many attributes");
      return stop();
    }
    if (depth < unit_depth_) format_.open(element, depth);
    if (depth == unit_depth_ && (element.name == "item" || element.name == "entry"))
      lint_.enter_entry(entries_++);
    open_.push_back(std::move(element));
  }
  void finish() {
    XmlElement element = std::move(open_.back());
    open_.pop_back();
    look_at_text(element);
    if (open_.size() < unit_depth_) return;
    if (open_.size() > unit_depth_) return open_.back().children.push_back(std::move(element));
    format_.unit(element);
    lint_.leave_entry();
  }
  void add_text(std::string_view text) {
    if (!open_.empty()) open_.back().text.append(text);
  }
  void look_at_text(const XmlElement& element) {
    if (holds_doubtful(element.text)) doubtful(path() + "/" + element.name);
  }
  void doubtful(std::string where) {
    lint_.report(line(), std::move(where), "F-023", "holds a control character or U+FFFD");
  }

  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser_;
  const std::string_view default_namespace_;
  const std::size_t unit_depth_;
  const FeedExtensions& extensions_;
  UnitLint& format_;
  Lint& lint_;
  bool is_stopped_ = false;
  std::exception_ptr failure_;
  std::vector<XmlElement> open_;
  std::vector<std::string> declared_, used_;
  std::size_t entries_ = 0;
};

}  // namespace

const std::string* XmlElement::find(std::string_view attribute) const {
  for (const auto& [key, value] : attributes)
    if (key == attribute) return &value;
  return nullptr;
}

std::string_view XmlElement::get(std::string_view attribute) const {
  const std::string* value = find(attribute);
  return value ? std::string_view(*value) : std::string_view();
}

const XmlElement* XmlElement::child(std::string_view wanted) const {
  const auto found = std::ranges::find(children, wanted, &XmlElement::name);
  return found == children.end() ? nullptr : &*found;
}

std::size_t XmlElement::count(std::string_view wanted) const {
  return static_cast<std::size_t>(std::ranges::count(children, wanted, &XmlElement::name));
}

void read_units(std::string_view document, std::string_view default_namespace,
                std::size_t unit_depth, const FeedExtensions& extensions, UnitLint& format,
                Lint& lint) {
  Reader reader(default_namespace, unit_depth, extensions, format, lint);
  reader.read(document);
}

}  // namespace sosik
