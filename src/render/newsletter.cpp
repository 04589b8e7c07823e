#include "newsletter.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "escape.hpp"
#include "fragment_reader.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"

namespace sosik {
namespace {

constexpr bool holds(auto& list, std::string_view name) {
  return std::ranges::find(list, name) != std::end(list);
}

// Mail programs know these as nothing at all, and run their content into the line before.
constexpr std::array<std::string_view, 11> blocks = {"article", "aside",   "details", "figcaption",
                                                     "figure",  "footer",  "header",  "main",
                                                     "nav",     "section", "summary"};
// The sanitiser lets the first two pass, for `img` inside is what counts; the others it does not.
constexpr std::array<std::string_view, 6> unwrapped = {"picture", "source", "track",
                                                       "form",    "input",  "button"};
constexpr std::array<std::string_view, 5> dropped = {"svg", "math", "object", "script", "style"};
constexpr std::array<std::string_view, 6> unknown_in_mail = {"id",      "class",  "style",
                                                             "loading", "srcset", "sizes"};

// The hosts at which the blog is reached by https, and so are its pictures.
class HttpsHosts {
 public:
  void add(std::string_view url) {
    if (auto parsed = parse_http_url(url); parsed && parsed->is_https) hosts_.insert(parsed->host);
  }
  // By https, or nothing. `address` may be escaped; what is looked at cannot be.
  std::string secured(std::string_view address) const {
    if (address.starts_with("https://")) return std::string(address);
    const auto parsed = parse_http_url(address);
    if (!parsed || parsed->port != 80 || !hosts_.contains(parsed->host)) return {};
    return "https" + std::string(address.substr(4));
  }

 private:
  std::set<std::string> hosts_;
};

// The name of what follows in an address of a player, up to where it ends.
std::string_view id_behind(std::string_view address, std::string_view prefix) {
  if (!address.starts_with(prefix)) return {};
  address.remove_prefix(prefix.size());
  return address.substr(0, address.find_first_of("?&/#"));
}

// Where a person watches what a frame of an allowed host shows (F-151), and its thumbnail.
struct Watched {
  std::string page, thumbnail;
};
Watched watched(std::string_view frame) {
  for (std::string_view host :
       {"https://www.youtube.com/embed/", "https://www.youtube-nocookie.com/embed/"}) {
    const auto id = id_behind(frame, host);
    if (id.empty() || id == "videoseries") continue;
    return {"https://www.youtube.com/watch?v=" + std::string(id),
            "https://i.ytimg.com/vi/" + std::string(id) + "/hqdefault.jpg"};
  }
  if (const auto id = id_behind(frame, "https://player.vimeo.com/video/"); !id.empty())
    return {"https://vimeo.com/" + std::string(id), {}};
  return {std::string(frame), {}};
}

class MailWriter {
 public:
  // A picture of this address is left out: it stands before the text already.
  MailWriter(const HttpsHosts& hosts, std::string_view omitted_picture)
      : hosts_(hosts), omitted_(omitted_picture) {}

  std::string write(std::string_view html) {
    FragmentReader reader(html);
    while (const auto piece = reader.next()) take(*piece, reader);
    return std::move(out_);
  }

 private:
  void take(const Fragment& piece, FragmentReader& reader) {
    if (piece.kind == Fragment::Kind::text) {
      out_ += piece.raw;
    } else if (holds(unwrapped, piece.name)) {
      return;
    } else if (piece.kind == Fragment::Kind::end_tag) {
      if (piece.name == "a") is_in_link_ = false;
      out_.append("</").append(holds(blocks, piece.name) ? "div" : piece.name).append(">");
    } else if (holds(dropped, piece.name)) {
      skip_to_end(piece, reader);
    } else if (piece.name == "img") {
      write_image(piece);
    } else if (piece.name == "iframe") {
      write_frame(piece);
      skip_to_end(piece, reader);
    } else if (piece.name == "video" || piece.name == "audio") {
      write_player(piece, reader);
    } else {
      if (piece.name == "a") is_in_link_ = true;
      write_tag(piece);
    }
  }

  void write_tag(const Fragment& tag) {
    const bool is_block = holds(blocks, tag.name);
    out_.append("<").append(is_block ? "div" : tag.name);
    for (const auto& [name, value] : tag.attributes)
      if (!holds(unknown_in_mail, name) && !(is_block && name == "open")) attribute(name, value);
    out_ += '>';
  }

  // `value` is escaped.
  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"").append(value).append("\"");
  }

  void write_image(const Fragment& image) {
    const std::string_view src = image.attribute("src").value_or("");
    const std::string_view alt = image.attribute("alt").value_or("");
    const std::string secured = hosts_.secured(src);
    if (!omitted_.empty() && secured == omitted_) return;
    if (secured.empty()) return write_link(src.starts_with("http://") ? src : "", alt);
    out_ += "<img";
    attribute("src", secured);
    attribute("alt", alt);
    for (const char* size : {"width", "height"})
      if (const auto value = image.attribute(size)) attribute(size, *value);
    out_ += '>';
  }

  // A label, linked where that may be; the address itself where there is no label.
  void write_link(std::string_view address, std::string_view label) {
    const std::string shown = label.empty() ? display_url(address) : std::string(label);
    if (address.empty() || is_in_link_) {
      out_ += shown;
      return;
    }
    out_ += "<a";
    attribute("href", address);
    out_.append(">").append(shown).append("</a>");
  }

  void write_thumbnail(std::string_view page, const std::string& thumbnail, std::string_view label,
                       std::string_view sizes) {
    if (thumbnail.empty()) return write_link(page, label);
    const bool is_linked = !is_in_link_ && !page.empty();
    if (is_linked) {
      out_ += "<a";
      attribute("href", page);
      out_ += '>';
    }
    const std::string alt = label.empty() ? display_url(page) : std::string(label);
    out_ += "<img";
    attribute("src", thumbnail);
    attribute("alt", alt);
    out_.append(sizes).append(">");
    if (is_linked) out_ += "</a>";
  }

  void write_frame(const Fragment& frame) {
    const Watched found = watched(frame.attribute("src").value_or(""));
    write_thumbnail(found.page, found.thumbnail, frame.attribute("title").value_or(""),
                    " width=\"480\" height=\"360\"");
  }

  void write_player(const Fragment& player, FragmentReader& reader) {
    std::string_view src = player.attribute("src").value_or("");
    while (const auto piece = reader.next()) {
      if (piece->kind == Fragment::Kind::end_tag && piece->name == player.name) break;
      if (src.empty() && piece->kind == Fragment::Kind::start_tag && piece->name == "source")
        src = piece->attribute("src").value_or("");
    }
    std::string sizes;
    for (const char* size : {"width", "height"})
      if (const auto value = player.attribute(size))
        sizes.append(" ").append(size).append("=\"").append(*value).append("\"");
    write_thumbnail(src, hosts_.secured(player.attribute("poster").value_or("")),
                    player.attribute("title").value_or(""), sizes);
  }

  static void skip_to_end(const Fragment& tag, FragmentReader& reader) {
    int depth = 1;
    while (depth > 0) {
      const auto piece = reader.next();
      if (!piece) return;
      if (piece->name != tag.name) continue;
      depth += piece->kind == Fragment::Kind::start_tag ? 1 : -1;
    }
  }

  const HttpsHosts& hosts_;
  const std::string_view omitted_;
  std::string out_;
  bool is_in_link_ = false;
};

std::string_view first_picture(std::string_view html) {
  FragmentReader reader(html);
  while (const auto piece = reader.next())
    if (piece->kind == Fragment::Kind::start_tag && piece->name == "img")
      return piece->attribute("src").value_or("");
  return {};
}

std::string lead_picture(const Image& image, const std::string& src) {
  std::string html = "<p><img src=\"" + src + "\" alt=\"";
  html.append(escape(image.alt, EscapeFor::attribute)).append("\"");
  if (image.width > 0) html.append(" width=\"" + std::to_string(image.width) + "\"");
  if (image.height > 0) html.append(" height=\"" + std::to_string(image.height) + "\"");
  return html + "></p>";
}

std::string mailed_content(const Entry& entry, const HttpsHosts& hosts) {
  std::string content = MailWriter(hosts, {}).write(entry.content_html);
  if (!entry.image) return content;
  const std::string lead = escape(entry.image->url, EscapeFor::attribute);
  if (first_picture(content) == lead) return content;
  return lead_picture(*entry.image, lead) + MailWriter(hosts, lead).write(entry.content_html);
}

}  // namespace

Feed newsletter_edition(const Feed& feed) {
  Feed edition = feed;
  HttpsHosts site_hosts;
  site_hosts.add(feed.home_url);
  site_hosts.add(feed.rss_url);
  edition.icon_url = site_hosts.secured(feed.icon_url);
  for (Entry& entry : edition.entries) {
    HttpsHosts hosts = site_hosts;
    hosts.add(entry.url);
    if (entry.image) entry.image->url = hosts.secured(entry.image->url);
    if (entry.image && entry.image->url.empty()) entry.image.reset();
    if (feed.content == FeedContent::full && !entry.content_html.empty())
      entry.content_html = mailed_content(entry, hosts);
  }
  return edition;
}

}  // namespace sosik
