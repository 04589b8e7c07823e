// RSS and Atom, of all ages, to entries.
#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "feed_entry.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/sanitise.hpp"
#include "xml_mend.hpp"
#include "xml_names.hpp"

namespace sosik::feed {
namespace {

// All text in an element, also below it.
std::string text_of(pugi::xml_node node) {
  std::string text;
  struct Walker final : pugi::xml_tree_walker {
    std::string* out = nullptr;
    bool for_each(pugi::xml_node& child) override {
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
        *out += child.value();
      return true;
    }
  } walker;
  walker.out = &text;
  node.traverse(walker);
  return text;
}

std::string line_of(pugi::xml_node node) { return clean_line(text_of(node)); }

// An id is compared byte for byte; only the white space around it is the document's.
std::string id_from(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto begin = text.find_first_not_of(space);
  if (begin == text.npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(space) - begin + 1));
}

struct StringWriter final : pugi::xml_writer {
  std::string bytes;
  void write(const void* data, std::size_t size) override {
    bytes.append(static_cast<const char*>(data), size);
  }
};

// Elements of HTML that have no end tag: "<br></br>" would break twice.
bool is_void(std::string_view name) {
  constexpr std::string_view names[] = {"area",  "br",   "col",  "embed",  "hr",    "img",
                                        "input", "link", "meta", "source", "track", "wbr"};
  return std::ranges::find(names, name) != std::end(names);
}

// The elements inside `node` as HTML: prefixes ("xhtml:p") go, what is empty gets an end tag.
std::string markup_of(pugi::xml_node node) {
  struct Walker final : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& child) override {
      if (child.type() != pugi::node_element) return true;
      const std::string name = child.name();
      if (const auto colon = name.find(':'); colon != name.npos)
        child.set_name(name.substr(colon + 1).c_str());
      if (!child.first_child() && !is_void(child.name()))
        child.append_child(pugi::node_pcdata).set_value("");
      return true;
    }
  } walker;
  node.traverse(walker);
  StringWriter writer;
  for (const auto child : node.children())
    child.print(writer, "", pugi::format_raw, pugi::encoding_utf8);
  return std::move(writer.bytes);
}

std::string base_of(pugi::xml_node node, std::string_view url) {
  std::vector<std::string> bases;
  for (auto at = node; at; at = at.parent())
    if (const std::string_view base = at.attribute("xml:base").value(); !base.empty())
      bases.emplace_back(base);
  std::string all(url);
  for (auto base = bases.rbegin(); base != bases.rend(); ++base) all = absolute(*base, all);
  return bases.empty() || all.size() > max_inherited_bytes ? "" : all;
}

bool is_markup(std::string_view type) {
  return type == "html" || type == "text/html" || type == "application/xhtml+xml" ||
         type == "xhtml";
}

// An Atom text construct, or a content element, as HTML (RFC 4287 section 3.1, and Atom 0.3's
// `mode`).
std::string html_of(pugi::xml_node node) {
  const std::string_view type = node.attribute("type").value(),
                         mode = node.attribute("mode").value();
  const bool has_elements = std::ranges::any_of(
      node.children(), [](pugi::xml_node child) { return child.type() == pugi::node_element; });
  if (type == "xhtml" || (has_elements && mode != "escaped")) {
    const auto inner = node.find_child([](pugi::xml_node child) {
      return child.type() == pugi::node_element || !is_blank(child.value());
    });
    const bool is_wrapped = type == "xhtml" || std::string_view(inner.name()).ends_with("div");
    auto wrapper =
        node.find_child([](pugi::xml_node child) { return child.type() == pugi::node_element; });
    return markup_of(is_wrapped && wrapper && std::string_view(wrapper.name()).ends_with("div")
                         ? wrapper
                         : node);
  }
  const std::string text = text_of(node);
  return is_markup(type) || mode == "escaped" ? text : html_from_text(text);
}

// The same as a line of plain text: what says that it is HTML is read as such, the rest as it is.
std::string title_of(pugi::xml_node node) {
  const std::string_view type = node.attribute("type").value();
  if (is_markup(type) || type == "xhtml") return clean_line(html_to_text(html_of(node)));
  return line_of(node);
}

Enclosure enclosure_from(std::string_view url, std::string_view type, std::string_view length) {
  Enclosure enclosure;
  enclosure.url = url;
  enclosure.type = type;
  enclosure.length = std::max<std::int64_t>(0, count_from(length).value_or(0));
  return enclosure;
}

void add_enclosure(Entry& entry, Enclosure enclosure) {
  const bool is_known =
      std::ranges::find(entry.enclosures, enclosure.url, &Enclosure::url) != entry.enclosures.end();
  if (!enclosure.url.empty() && !is_known && entry.enclosures.size() < max_enclosures)
    entry.enclosures.push_back(std::move(enclosure));
}

void set_image(Entry& entry, pugi::xml_node node, const std::string& url) {
  if (entry.image || url.empty()) return;
  Image image;
  image.url = url;
  image.width = static_cast<int>(std::clamp(count_from(node.attribute("width").value()).value_or(0),
                                            std::int64_t{0}, std::int64_t{100'000}));
  image.height =
      static_cast<int>(std::clamp(count_from(node.attribute("height").value()).value_or(0),
                                  std::int64_t{0}, std::int64_t{100'000}));
  entry.image = std::move(image);
}

void add_author(Entry& entry, Author author) {
  const bool is_known =
      std::ranges::find(entry.authors, author.name, &Author::name) != entry.authors.end();
  if (!author.name.empty() && !is_known && entry.authors.size() < max_authors)
    entry.authors.push_back(std::move(author));
}

void add_label(Entry& entry, std::string label) {
  if (!is_blank(label)) entry.labels.push_back(std::move(label));
}

class Reader {
 public:
  Reader(pugi::xml_node root, std::string_view url) : root_(root), names_(root), url_(url) {}

  // Elements that RSS and Atom borrow from the same modules.
  bool take_module(Entry& entry, pugi::xml_node node, const Name& name) {
    if (name.is(Space::content, "encoded")) {
      entry.content = text_of(node);
    } else if (name.space == Space::dc || name.space == Space::terms) {
      take_dublin_core(entry, node, name.local);
    } else if (name.is(Space::slash, "comments") || name.is(Space::thread, "total")) {
      entry.comment_count = count_from(line_of(node));
    } else if (name.space == Space::media) {
      take_media(entry, node, name.local);
    } else if (name.is(Space::itunes, "image")) {
      set_image(entry, node, id_from(node.attribute("href").value()));
    } else if (name.is(Space::feedburner, "origLink")) {
      entry.link = id_from(text_of(node));
      has_original_link_ = true;
    } else {
      return name.space != Space::none && name.space != Space::atom;
    }
    return true;
  }

  Document read_rss(std::string kind) {
    Document document;
    document.kind = std::move(kind);
    auto channel = child(root_, Space::none, "channel");
    if (!channel) channel = root_;
    for (const auto node : channel.children()) {
      const Name name = names_.of(node);
      if (name.is(Space::none, "title") && document.title.empty()) document.title = line_of(node);
      if (name.is(Space::none, "generator")) document.generator = line_of(node);
      if (name.is(Space::none, "language") || name.is(Space::dc, "language"))
        document.language = line_of(node);
      if (name.is(Space::atom, "link")) take_feed_link(document, node);
    }
    // RSS 1.0 has its items beside the channel, and some write them there in RSS 2.0.
    for (const auto parent : {channel, root_}) {
      for (const auto node : parent.children())
        if (names_.of(node).is(Space::none, "item") && document.entries.size() <= max_feed_entries)
          document.entries.push_back(read_item(node));
      if (channel == root_) break;
    }
    return document;
  }

  Document read_atom(std::string kind) {
    Document document;
    document.kind = std::move(kind);
    document.language = root_.attribute("xml:lang").value();
    Entry of_feed;
    for (const auto node : root_.children()) {
      const Name name = atom_name(node);
      if (name.is(Space::atom, "title") && document.title.empty()) document.title = title_of(node);
      if (name.is(Space::atom, "generator")) document.generator = line_of(node);
      if (name.is(Space::atom, "link")) take_feed_link(document, node);
      if (name.is(Space::atom, "author")) add_author(of_feed, person(node));
      if (name.is(Space::atom, "entry") && document.entries.size() <= max_feed_entries)
        document.entries.push_back(read_entry(node));
    }
    const auto authors = inherited(std::move(of_feed.authors));
    for (auto& entry : document.entries)
      if (entry.authors.empty()) entry.authors = authors;
    return document;
  }

 private:
  pugi::xml_node child(pugi::xml_node parent, Space space, std::string_view local) const {
    return parent.find_child([&](pugi::xml_node node) { return names_.of(node).is(space, local); });
  }
  // In an Atom document no prefix means Atom, whatever its address says.
  Name atom_name(pugi::xml_node node) const {
    Name name = names_.of(node);
    if (name.space == Space::none) name.space = Space::atom;
    return name;
  }
  std::string link_of(pugi::xml_node node) const {
    const std::string base = base_of(node, url_);
    return absolute(id_from(node.attribute("href").value()), base.empty() ? url_ : base);
  }

  void take_feed_link(Document& document, pugi::xml_node node) const {
    const std::string_view rel = node.attribute("rel").value();
    // RFC 5005: an archive's predecessor, or else the next page.
    if (rel == "prev-archive" || (rel == "next" && document.older_url.empty()))
      document.older_url = link_of(node);
  }

  void take_dublin_core(Entry& entry, pugi::xml_node node, std::string_view name) {
    if (name == "creator") add_author(entry, author_from(line_of(node)));
    if (name == "date" || name == "created" || name == "issued") {
      if (entry.published.empty()) entry.published = line_of(node);
    }
    if (name == "modified") entry.updated = line_of(node);
    if (name == "subject") add_label(entry, line_of(node));
    if (name == "language") entry.language = line_of(node);
    if (name == "identifier" && entry.id.empty()) entry.id = id_from(text_of(node));
  }

  void take_media(Entry& entry, pugi::xml_node node, std::string_view name) {
    if (name == "group") {
      for (const auto inner : node.children()) take_medium(entry, inner, names_.of(inner).local);
    } else {
      take_medium(entry, node, name);
    }
  }

  void take_medium(Entry& entry, pugi::xml_node node, std::string_view name) {
    const std::string url = absolute(id_from(node.attribute("url").value()), url_);
    if (name == "thumbnail") set_image(entry, node, url);
    if (name != "content" || url.empty()) return;
    const std::string_view type = node.attribute("type").value(),
                           medium = node.attribute("medium").value();
    if (medium == "image" || type.starts_with("image/")) return set_image(entry, node, url);
    Enclosure enclosure = enclosure_from(url, type, node.attribute("fileSize").value());
    enclosure.duration_seconds =
        static_cast<int>(std::clamp(count_from(node.attribute("duration").value()).value_or(0),
                                    std::int64_t{0}, std::int64_t{10'000'000}));
    if (!type.empty()) add_enclosure(entry, std::move(enclosure));
  }

  Entry read_item(pugi::xml_node item) {
    Entry entry;
    has_original_link_ = false;
    std::string permalink, description;
    entry.base_url = base_of(item, url_);
    for (const auto node : item.children()) {
      const Name name = names_.of(node);
      if (take_module(entry, node, name)) continue;
      if (name.space == Space::atom) {
        take_borrowed_atom(entry, node, name.local);
      } else if (name.local == "title") {
        entry.title = line_of(node);
      } else if (name.local == "link") {
        if (!has_original_link_) entry.link = absolute(id_from(text_of(node)), url_);
      } else if (name.local == "guid") {
        entry.id = id_from(text_of(node));
        const std::string_view is_permalink = node.attribute("isPermaLink").value();
        if (is_permalink != "false") permalink = entry.id;
      } else if (name.local == "description") {
        description = text_of(node);
      } else if (name.local == "pubDate") {
        entry.published = line_of(node);
      } else if (name.local == "author") {
        add_author(entry, author_from(line_of(node)));
      } else if (name.local == "category") {
        add_label(entry, line_of(node));
      } else if (name.local == "tag") {  // Naver's, separated by commas
        const std::string tags = line_of(node);
        for (std::size_t begin = 0; begin <= tags.size();) {
          const auto end = std::min(tags.find(',', begin), tags.size());
          add_label(entry, clean_line(std::string_view(tags).substr(begin, end - begin)));
          begin = end + 1;
        }
      } else if (name.local == "comments") {
        entry.comments_url = absolute(id_from(text_of(node)), url_);
      } else if (name.local == "enclosure") {
        add_enclosure(entry, enclosure_from(absolute(id_from(node.attribute("url").value()), url_),
                                            node.attribute("type").value(),
                                            node.attribute("length").value()));
      }
    }
    if (entry.link.empty() && permalink.find("://") != permalink.npos) entry.link = permalink;
    // RSS 1.0's own: the address under which the item is known.
    if (entry.id.empty()) entry.id = id_from(item.attribute("rdf:about").value());
    if (entry.content.empty())
      entry.content = std::move(description);
    else
      entry.summary = std::move(description);
    return entry;
  }

  void take_borrowed_atom(Entry& entry, pugi::xml_node node, std::string_view name) {
    if (name == "updated") entry.updated = line_of(node);
    if (name == "published" && entry.published.empty()) entry.published = line_of(node);
    if (name == "author") add_author(entry, person(node));
    if (name == "id" && entry.id.empty()) entry.id = id_from(text_of(node));
  }

  Entry read_entry(pugi::xml_node element) {
    Entry entry;
    has_original_link_ = false;
    entry.base_url = base_of(element, url_);
    entry.language = element.attribute("xml:lang").value();
    for (const auto node : element.children()) {
      const Name name = atom_name(node);
      if (take_module(entry, node, name)) continue;
      const std::string_view local = name.local;
      if (local == "id") entry.id = id_from(text_of(node));
      if (local == "title") entry.title = title_of(node);
      if (local == "updated" || local == "modified") entry.updated = line_of(node);
      if (local == "published" || local == "issued") entry.published = line_of(node);
      if (local == "created" && entry.published.empty()) entry.published = line_of(node);
      if (local == "author") add_author(entry, person(node));
      if (local == "summary") entry.summary = html_of(node);
      if (local == "content") take_content(entry, node);
      if (local == "link") take_entry_link(entry, node);
      if (local == "category") take_category(entry, node);
    }
    return entry;
  }

  void take_content(Entry& entry, pugi::xml_node node) const {
    if (const std::string base = base_of(node, url_); !base.empty()) entry.base_url = base;
    if (entry.language.empty()) entry.language = node.attribute("xml:lang").value();
    if (*node.attribute("src").value() == '\0') entry.content = html_of(node);
  }

  static void take_category(Entry& entry, pugi::xml_node node) {
    const std::string term = clean_line(node.attribute("term").value());
    add_label(entry, term.empty() ? clean_line(node.attribute("label").value()) : term);
  }

  void take_entry_link(Entry& entry, pugi::xml_node node) const {
    const std::string_view rel = node.attribute("rel").value(),
                           type = node.attribute("type").value();
    const std::string url = link_of(node);
    if ((rel.empty() || rel == "alternate") && !has_original_link_ &&
        (entry.link.empty() || type == "text/html")) {
      entry.link = url;
    } else if (rel == "enclosure") {
      Enclosure enclosure = enclosure_from(url, type, node.attribute("length").value());
      enclosure.title = clean_line(node.attribute("title").value());
      add_enclosure(entry, std::move(enclosure));
    } else if (rel == "replies" && (type.empty() || type == "text/html")) {
      entry.comments_url = url;
      const std::string_view count = node.attribute("thr:count").value();
      if (!count.empty()) entry.comment_count = count_from(count);
    }
  }

  Author person(pugi::xml_node node) const {
    Author author;
    for (const auto part : node.children()) {
      const std::string_view local = names_.of(part).local;
      if (local == "name") author.name = line_of(part);
      if (local == "uri" || local == "url") author.url = absolute(id_from(text_of(part)), url_);
      if (local == "email") author.email = id_from(text_of(part));
    }
    return author;
  }

  const pugi::xml_node root_;
  const Names names_;
  const std::string url_;
  bool has_original_link_ = false;  // of the entry at hand: FeedBurner put its own in `link`
};

std::string_view local_name(pugi::xml_node node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

// Looking up a name or a base reads all attributes of an element, and that often.
bool has_crowded_element(pugi::xml_document& tree) {
  struct Walker final : pugi::xml_tree_walker {
    bool for_each(pugi::xml_node& node) override {
      constexpr std::ptrdiff_t most = 256;
      const auto attributes = node.attributes();
      return std::distance(attributes.begin(), attributes.end()) <= most;
    }
  } walker;
  return !tree.traverse(walker);
}

std::size_t line_at(std::string_view text, std::ptrdiff_t offset) {
  const auto end =
      std::min(text.size(), static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, offset)));
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
}

}  // namespace

Result<Document> read_xml(std::string_view text, std::string_view url) {
  const std::string mended = mend_xml(text);
  pugi::xml_document tree;
  const auto parsed =
      tree.load_buffer(mended.data(), mended.size(), pugi::parse_default | pugi::parse_ws_pcdata,
                       pugi::encoding_utf8);
  const auto root = tree.document_element();
  const std::string broken = parsed ? ""
                                    : "not well-formed at line " +
                                          std::to_string(line_at(mended, parsed.offset)) + ": " +
                                          parsed.description();
  if (!root) return invalid("there is no document in it" + (mended.empty() ? "" : ": " + broken));
  if (has_crowded_element(tree)) return invalid("an element in it has more than 256 attributes");
  Reader reader(root, url);
  const std::string_view local = local_name(root);
  Document document;
  if (local == "rss") {
    const std::string version = clean_line(root.attribute("version").value());
    document = reader.read_rss("RSS" + (version.empty() ? "" : " " + version));
  } else if (local == "RDF") {
    const bool is_old = std::ranges::any_of(root.attributes(), [](pugi::xml_attribute attribute) {
      return std::string_view(attribute.value()).find("/simple/0.9/") != std::string_view::npos;
    });
    document = reader.read_rss(is_old ? "RSS 0.90" : "RSS 1.0");
  } else if (local == "feed") {
    const bool is_old = std::string_view(root.attribute("version").value()) == "0.3";
    document = reader.read_atom(is_old ? "Atom 0.3" : "Atom 1.0");
  } else {
    return invalid("its root is <" + std::string(root.name()) + ">, not rss, RDF or feed" +
                   (local == "html" ? ": this is a page; give the address of its feed" : ""));
  }
  if (!broken.empty()) document.notices.push_back({"", broken + "; what comes after is not read"});
  return document;
}

}  // namespace sosik::feed
