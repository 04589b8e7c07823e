#include "xml_tree.hpp"

namespace sosik {
namespace {

struct StringWriter final : pugi::xml_writer {
  std::string bytes;
  void write(const void* data, std::size_t size) override {
    bytes.append(static_cast<const char*>(data), size);
  }
};

}  // namespace

Element Element::add(const char* name) {
  end_line();
  return Element(node_.append_child(name));
}

Element Element::add_text(const char* name, std::string_view value, EscapeFor place) {
  end_line();
  pugi::xml_node child = node_.append_child(name);
  const std::string text = escape(value, place);
  child.append_child(pugi::node_pcdata).set_value(text.data(), text.size());
  return Element(child);
}

Element& Element::attribute(const char* name, std::string_view value) {
  const std::string text = escape(value, EscapeFor::attribute);
  node_.append_attribute(name).set_value(text.data(), text.size());
  return *this;
}

void Element::end_line() { node_.append_child(pugi::node_pcdata).set_value("\n"); }

Element XmlTree::root(const char* name) { return Element(document_.append_child(name)); }

std::string XmlTree::save() const {
  StringWriter writer;
  writer.bytes = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  document_.save(writer, "",
                 pugi::format_raw | pugi::format_no_escapes | pugi::format_no_declaration,
                 pugi::encoding_utf8);
  writer.bytes += '\n';
  return std::move(writer.bytes);
}

}  // namespace sosik
