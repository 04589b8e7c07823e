#include "html_writer.hpp"

#include <algorithm>
#include <set>

#include "html_address.hpp"
#include "html_attributes.hpp"
#include "plain_text.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik::html {
namespace {

struct Where {
  bool is_in_link = false;
  bool is_silent =
      false;  // shows, but is not part of the text: footnote marks, the brackets of ruby
};

std::string name_of(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  GumboStringPiece name = element.original_tag;
  gumbo_tag_from_original_text(&name);
  return std::string(name.data, name.length);  // in lower case, as the first pass wrote it
}

class Writer {
 public:
  Writer(const SanitiseOptions& options, Notices& notices) : options_(options), notices_(notices) {}

  Written run(const GumboNode& root) {
    write_children(root, {});
    written_.text = text_.take();
    return std::move(written_);
  }

 private:
  void write(const GumboNode& node, Where where) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
        return write_text(adjusted(clean_text(node.v.text.text)), where);
      case GUMBO_NODE_ELEMENT:
        return write_element(node, where);
      default:
        return;  // comments and CDATA sections do not get here, documents neither
    }
  }

  void write_children(const GumboNode& node, Where where) {
    const GumboVector& children = node.v.element.children;
    for (unsigned i = 0; i < children.length; ++i)
      write(*static_cast<const GumboNode*>(children.data[i]), where);
  }

  std::string adjusted(std::string text) const {
    return options_.text == TextOptions{} ? std::move(text) : sosik::adjusted(text, options_.text);
  }

  void write_text(const std::string& text, Where where) {
    append_escaped(written_.html, text);
    if (!where.is_silent) text_.add(text);
  }

  void write_element(const GumboNode& node, Where where) {
    const Element* element = find_element(name_of(node.v.element));
    if (element == nullptr || (element->fate != Fate::keep && element->fate != Fate::raw_frame))
      return write_children(node, where);
    Attributes attributes = checked_attributes(node, *element, options_, ids_, notices_);
    const std::string_view name = element->name;
    if (name == "a") return write_link(node, *element, attributes, where);
    if (name == "img") return write_image(node, *element, std::move(attributes));
    if (name == "iframe") return write_frame(*element, attributes, where);
    if (name == "video" || name == "audio") return write_player(node, *element, attributes, where);
    if (name == "source" && !is_one_of(name_of(node.parent->v.element), "picture video audio"))
      return;
    if ((name == "source" || name == "track") && !find(attributes, "src") &&
        !find(attributes, "srcset"))
      return;
    write_whole(node, *element, attributes, where);
  }

  void write_whole(const GumboNode& node, const Element& element, const Attributes& attributes,
                   Where where) {
    if (element.is_block || element.name == "br") text_.end_word();
    if (element.name == "rp") where.is_silent = true;
    const std::size_t begin = written_.html.size();
    open(element, attributes);
    if (element.is_void) return;
    const std::size_t inside = written_.html.size();
    if (element.name == "pre" && begins_with_newline(node)) written_.html += '\n';
    if (element.name == "rt" && !where.is_silent) text_.add("(");
    write_children(node, where);
    if (element.name == "rt" && !where.is_silent) text_.add(")");
    if (element.name == "p" && written_.html.size() == inside)
      written_.html.resize(begin);  // what a stray </p> leaves
    else
      close(element);
    if (element.is_block) text_.end_word();
  }

  // The parser swallows a line end right behind <pre>, so one that is meant is written twice.
  static bool begins_with_newline(const GumboNode& pre) {
    const GumboVector& children = pre.v.element.children;
    if (children.length == 0) return false;
    const auto& first = *static_cast<const GumboNode*>(children.data[0]);
    return (first.type == GUMBO_NODE_TEXT || first.type == GUMBO_NODE_WHITESPACE) &&
           clean_text(first.v.text.text).starts_with('\n');
  }

  void write_link(const GumboNode& node, const Element& element, const Attributes& attributes,
                  Where where) {
    const std::string* href = find(attributes, "href");
    if (where.is_in_link || (href == nullptr && find(attributes, "id") == nullptr))
      return write_children(node, where);
    if (href != nullptr && is_footnote_link(*href)) where.is_silent = true;
    where.is_in_link = href != nullptr;
    write_whole(node, element, attributes, where);
  }

  const std::string& page_url() const {
    return options_.page_url.empty() ? options_.base_url : options_.page_url;
  }

  bool is_footnote_link(const std::string& href) const {
    const auto fragment = decode_percent(local_fragment(page_url(), href));
    return fragment && is_footnote_id(*fragment);
  }

  void write_image(const GumboNode& node, const Element& element, Attributes attributes) {
    if (is_tracking_pixel(node)) return notices_.add("removed a picture of one pixel");
    if (find(attributes, "src") == nullptr) {
      const std::string* candidates = find(attributes, "srcset");
      if (candidates == nullptr) return;
      // As safe_srcset writes it: a comma may be part of an address, and is none's end.
      std::string first = candidates->substr(0, candidates->find(' '));
      if (first.ends_with(',')) first.pop_back();
      attributes.insert(attributes.begin(), {"src", std::move(first)});
      if (!safe_address("", attributes.front().second, AddressUse::embed)) return;
    }
    const std::string& src = *find(attributes, "src");
    // A lazily loaded picture, and behind it the same in what was its <noscript>.
    if (written_.html.size() == last_image_end_ && src == last_image_) return;
    if (written_.first_image.empty()) written_.first_image = src;
    open(element, attributes);
    last_image_ = src;
    last_image_end_ = written_.html.size();
  }

  void write_frame(const Element& element, Attributes& attributes, Where where) {
    const std::string* src = find(attributes, "src");
    if (src == nullptr) return notices_.add("removed <iframe>");
    std::string address = *src;
    if (address.starts_with("http://")) address.insert(4, "s");
    if (is_allowed_frame(address, options_)) {
      attributes.front().second = address;  // src is the first in the table
      open(element, attributes);
      return close(element);
    }
    notices_.add("turned <iframe> into a link");
    const std::string* title = find(attributes, "title");
    if (const auto video = youtube_video(address); !video.empty())
      return write_video(video, title, where);
    const std::string& label = title != nullptr ? *title : *src;
    if (where.is_in_link) return write_text(label, where);
    const Element& link = *find_element("a");
    open(link, {{"href", *src}});
    write_text(label, where);
    close(link);
  }

  // The picture that YouTube keeps of each of its videos, linked to it.
  void write_video(std::string_view id, const std::string* title, Where where) {
    const Element& link = *find_element("a");
    const std::string page = "https://www.youtube.com/watch?v=" + std::string(id);
    const std::string picture = "https://i.ytimg.com/vi/" + std::string(id) + "/hqdefault.jpg";
    if (!where.is_in_link) open(link, {{"href", page}});
    if (written_.first_image.empty()) written_.first_image = picture;
    written_.html += image_html(picture, title != nullptr ? *title : "YouTube", 480, 360);
    if (!where.is_in_link) close(link);
  }

  void write_player(const GumboNode& node, const Element& element, Attributes& attributes,
                    Where where) {
    if (find(attributes, "src") == nullptr && !has_source(node)) return write_children(node, where);
    // No page of ours has a script that could start it. Last, wherever it was.
    if (find(attributes, "controls") == nullptr) attributes.emplace_back("controls", "");
    std::stable_partition(attributes.begin(), attributes.end(),
                          [](const auto& a) { return a.first != "controls"; });
    write_whole(node, element, attributes, where);
  }

  bool has_source(const GumboNode& player) const {
    const GumboVector& children = player.v.element.children;
    for (unsigned i = 0; i < children.length; ++i) {
      const auto& child = *static_cast<const GumboNode*>(children.data[i]);
      if (child.type == GUMBO_NODE_ELEMENT && child.v.element.tag == GUMBO_TAG_SOURCE &&
          safe_address(options_.base_url, true_source(child), AddressUse::embed))
        return true;
    }
    return false;
  }

  void open(const Element& element, const Attributes& attributes) {
    written_.html.append("<").append(element.name);
    for (const auto& [name, value] : attributes) {
      written_.html.append(" ").append(name).append("=\"");
      append_escaped_attribute(written_.html, value);
      written_.html += '"';
    }
    written_.html += '>';
  }

  void close(const Element& element) {
    written_.html.append("</").append(element.name).append(">");
  }

  const SanitiseOptions& options_;
  Notices& notices_;
  std::set<std::string> ids_;
  PlainText text_;
  Written written_;
  std::string last_image_;
  std::size_t last_image_end_ = 0;
};

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
}

void append_escaped_attribute(std::string& out, std::string_view text) {
  for (char c : text) {
    if (c == '"')
      out += "&quot;";
    else
      append_escaped(out, std::string_view(&c, 1));
  }
}

Written write_html(const GumboNode& root, const SanitiseOptions& options, Notices& notices) {
  return Writer(options, notices).run(root);
}

}  // namespace sosik::html
