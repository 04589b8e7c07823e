// A Document is one feed or page in one format, in all the codings that somebody asked for. Its
// bytes and heads never change once made; any thread may ask.
#pragma once
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "holdings.hpp"
#include "sosik/model/feed.hpp"
#include "sosik/snapshot/builder.hpp"
#include "sosik/snapshot/representation.hpp"

namespace sosik {

// What the heads of a document say besides its bytes.
struct DocumentFacts {
  SiteId site = main_site;
  std::string key;  // of the feed or page
  Format format = Format::html;
  Timestamp changed_at = never;
  int max_age_seconds = 300;
  std::string self;       // rel=self; empty for a post's page
  std::string canonical;  // rel=canonical; pages only
  std::vector<std::string> hubs;
  std::vector<std::string> alternates;  // whole link values
  std::string content_location;         // empty: none
  bool has_embeds = false;              // a post's page: players of allowed hosts, audio and video
  HeadOptions options;
};

// What a 304 for one document needs, in every coding, without its bytes: kept when they are given
// up, and made anew in the next process from what the store remembers (DocumentTag). Immutable.
class Validators {
 public:
  // `hash` and `size` are those of the identity bytes.
  Validators(const DocumentFacts&, std::string_view hash, std::size_t size,
             std::shared_ptr<Holdings>);
  // Without head and body. Where the document is too small for a coding, the identity's. A document
  // that did not become smaller has a tag for the coding here, too, that was never sent with a
  // body; it stands for the same version all the same.
  const Representation& in(Coding) const;

 private:
  const std::vector<Representation> codings_;  // identity first; alone when nothing else is made
  const Charge charge_;
};

class Document {
 public:
  Document(std::string body, DocumentFacts, std::shared_ptr<Holdings>);
  ~Document() { give_up(); }  // responses may go on holding its bodies
  // The representation in this coding, made on first ask, once however many ask; the identity one
  // where the coding would not help.
  const Representation* in(Coding);
  const std::shared_ptr<const Validators>& validators() const { return validators_; }

  bool holds_files() const;

  // Nobody will be given this document any more; it goes when the last snapshot lets go of it, and
  // each body with the last response.
  void give_up() noexcept;

 private:
  Representation complete(Coding, std::string body) const;

  const DocumentFacts facts_;
  const std::shared_ptr<Holdings> holdings_;
  const std::shared_ptr<const Validators> validators_;
  const Charge overhead_;
  const Representation identity_;
  std::array<std::once_flag, coding_count> once_;
  std::array<std::optional<Representation>, coding_count> coded_;
  mutable std::mutex mutex_;               // protects the next two
  std::array<Body, coding_count> bodies_;  // of what is made, so that nobody waits for what is not
  std::optional<Leaving> leaving_;         // of all but the bodies
};

}  // namespace sosik
