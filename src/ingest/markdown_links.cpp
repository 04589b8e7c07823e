// Links from one imported file to another. cmark says what is a link, but not where in the text its
// address stands; so every place where the address could stand gets a mark, and a second parse
// tells which marks are addresses.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cmark_tree.hpp"
#include "markdown_path.hpp"
#include "sosik/base/text.hpp"
#include "sosik/base/url.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

std::set<std::string> link_addresses(std::string_view markdown) {
  std::set<std::string> out;
  const auto tree = parse_markdown(markdown);
  if (!tree) return out;
  const std::unique_ptr<cmark_iter, void (*)(cmark_iter*)> nodes(cmark_iter_new(tree->root.get()),
                                                                 cmark_iter_free);
  while (cmark_iter_next(nodes.get()) != CMARK_EVENT_DONE) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    if (cmark_node_get_type(node) == CMARK_NODE_LINK) out.insert(cmark_node_get_url(node));
  }
  return out;
}

// Markdown without its escapes ("a\\_b.md", "c&amp;d.md"), as cmark gives addresses back, and where
// in the Markdown each byte of it begins.
class Unescaped {
 public:
  explicit Unescaped(std::string_view markdown) {
    for (std::size_t at = 0; at < markdown.size();) {
      begins_.push_back(at);
      if (markdown[at] == '\\' && at + 1 < markdown.size() && is_punctuation(markdown[at + 1])) {
        text_ += markdown[at + 1];
        at += 2;
      } else {
        text_ += markdown[at];
        at += markdown.substr(at, 5) == "&amp;" ? 5 : 1;
      }
    }
    begins_.push_back(markdown.size());
  }

  std::size_t find(const std::string& words, std::size_t from) const {
    return text_.find(words, from);
  }
  std::size_t begin_of(std::size_t at) const { return begins_[at]; }

 private:
  static bool is_punctuation(char c) {
    return c > ' ' && c < 0x7f && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
           !(c >= 'A' && c <= 'Z');
  }

  std::string text_;
  std::vector<std::size_t> begins_;
};

class Linker {
 public:
  Linker(const std::vector<ImportedFile>& files, const MarkdownOptions& options) {
    for (const ImportedFile& file : files) {
      const Post& post = file.post;
      pages_[facts_of(file.relative).path] =
          post.url.empty() ? options.public_url + "/posts/" + encode_segment(post.slug) : post.url;
    }
  }

  void link(ImportedFile& file) const {
    std::string& body = file.post.body;
    if (body.find(".md") == std::string::npos && body.find(".markdown") == std::string::npos)
      return;
    std::map<std::string, std::string> targets;  // address as written -> page
    for (const std::string& address : link_addresses(body)) {
      std::string page = page_for(address, facts_of(file.relative).folder);
      if (!page.empty()) targets[address] = std::move(page);
    }
    if (!targets.empty()) replace(body, targets);
  }

 private:
  struct Place {
    std::size_t begin = 0, end = 0;  // of the address as it is written
    const std::string* address = nullptr;
  };

  // Empty when the address leads to none of the files.
  std::string page_for(const std::string& address, const std::string& folder) const {
    const std::size_t end = std::min(address.find_first_of("?#"), address.size());
    const std::string path = address.substr(0, end);
    if (path.empty() || path.find(':') != std::string::npos || path.starts_with("//")) return {};
    const auto decoded = decode_percent(path);
    if (!decoded) return {};
    const bool is_from_root = decoded->starts_with('/');
    const fs::path whole =
        is_from_root ? fs::path(decoded->substr(1)) : fs::path(folder) / *decoded;
    const auto page = pages_.find(facts_of(whole).path);
    return page == pages_.end() ? std::string{} : page->second + address.substr(end);
  }

  static void replace(std::string& body, const std::map<std::string, std::string>& targets) {
    std::vector<Place> places = find_places(body, targets);
    // A word that is not in the text, so that no mark can be taken for the author's.
    std::string word = "sosiklink";
    while (body.find(word) != std::string::npos) word += 'x';
    const auto mark = [&](std::size_t i) { return word + std::to_string(i) + "end"; };
    std::string marked = rewrite(body, places, [&](std::size_t i) { return mark(i); });
    const std::set<std::string> found = link_addresses(marked);
    body = rewrite(body, places, [&](std::size_t i) {
      const auto& [begin, end, address] = places[i];
      return found.count(mark(i)) > 0 ? targets.at(*address) : body.substr(begin, end - begin);
    });
  }

  // Longer addresses win where two begin at the same place.
  static std::vector<Place> find_places(const std::string& body,
                                        const std::map<std::string, std::string>& targets) {
    const Unescaped text(body);
    std::map<std::size_t, const std::string*> found;
    for (const auto& [address, page] : targets) {
      for (std::size_t at = text.find(address, 0); at != std::string::npos;
           at = text.find(address, at + 1)) {
        const std::string*& known = found[at];
        if (known == nullptr || known->size() < address.size()) known = &address;
      }
    }
    std::vector<Place> places;
    for (const auto& [at, address] : found) {
      const Place place{text.begin_of(at), text.begin_of(at + address->size()), address};
      if (places.empty() || places.back().end <= place.begin) places.push_back(place);
    }
    return places;
  }

  template <class Word>
  static std::string rewrite(const std::string& body, const std::vector<Place>& places, Word word) {
    std::string out;
    std::size_t done = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
      out.append(body, done, places[i].begin - done).append(word(i));
      done = places[i].end;
    }
    return out.append(body, done);
  }

  std::map<std::string, std::string>
      pages_;  // path of the file in NFC -> address of the post's page
};

}  // namespace

void link_posts(std::vector<ImportedFile>& files, const MarkdownOptions& options) {
  const Linker linker(files, options);
  for (ImportedFile& file : files) linker.link(file);
}

}  // namespace sosik
