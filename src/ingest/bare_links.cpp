#include "bare_links.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sosik {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_in_host(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

// "com", "kr"
bool is_top_label(std::string_view label) {
  return label.size() >= 2 && std::all_of(label.begin(), label.end(), is_letter);
}

// Where the host of a bare address is over; its size when that is where the address says.
std::size_t end_of_host(std::string_view address) {
  const std::size_t scheme = address.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority =
      address.substr(begin, address.find_first_of("/?#", begin) - begin);
  if (std::all_of(authority.begin(), authority.end(), is_ascii)) return address.size();
  if (authority.find('@') != std::string_view::npos) return address.size();

  const auto host_end = std::find_if_not(authority.begin(), authority.end(), is_in_host);
  std::size_t end = static_cast<std::size_t>(host_end - authority.begin());
  const std::string_view host = authority.substr(0, end);
  const std::size_t dot = host.rfind('.');
  if (dot == 0 || dot == std::string_view::npos || !is_top_label(host.substr(dot + 1)))
    return address.size();
  // "shop.abc한글.kr" and "abc.de가.한국" are hosts as a whole.
  const std::string_view rest = authority.substr(end);
  const std::string_view last = rest.substr(rest.rfind('.') + 1);
  if (last.size() < rest.size() &&
      (is_top_label(last) || last == "한국" || last == "닷컴" || last == "닷넷"))
    return address.size();
  if (rest.front() == ':') {
    const std::size_t port_end = rest.find_first_not_of("0123456789", 1);
    if (port_end > 1) end += port_end;
  }
  return begin + end;
}

// cmark gives a link in brackets a place before that of its text.
bool is_bare(cmark_node* link, cmark_node* text) {
  return text != nullptr && cmark_node_next(text) == nullptr &&
         cmark_node_get_type(text) == CMARK_NODE_TEXT &&
         cmark_node_get_start_column(link) == cmark_node_get_start_column(text);
}

void end_bare_link(cmark_node* link) {
  cmark_node* text = cmark_node_first_child(link);
  if (!is_bare(link, text)) return;
  const std::string address = cmark_node_get_literal(text);
  const std::string url = cmark_node_get_url(link);
  if (!url.ends_with(address)) return;
  const std::size_t end = end_of_host(address);
  if (end == address.size()) return;
  cmark_node* rest = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(rest, address.substr(end).c_str());
  cmark_node_insert_after(link, rest);
  cmark_node_set_literal(text, address.substr(0, end).c_str());
  cmark_node_set_url(link, url.substr(0, url.size() - address.size() + end).c_str());
}

}  // namespace

void end_bare_links(cmark_node* root) {
  std::vector<cmark_node*> links;  // first, for a walk does not like its tree to change
  const std::unique_ptr<cmark_iter, void (*)(cmark_iter*)> nodes(cmark_iter_new(root),
                                                                 cmark_iter_free);
  for (auto event = cmark_iter_next(nodes.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(nodes.get())) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_LINK)
      links.push_back(node);
  }
  for (cmark_node* link : links) end_bare_link(link);
}

}  // namespace sosik
