// A Document is one feed or page in one format, in all the codings that somebody asked for. Its
// bytes and heads never change once made; any thread may ask.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sosik/model/feed.hpp"
#include "sosik/snapshot/representation.hpp"

namespace sosik {

// What the heads of a document say besides its bytes.
struct DocumentFacts {
  Format format = Format::html;
  Timestamp changed_at = never;
  int max_age_seconds = 300;
  std::string self;       // rel=self; empty for a post's page
  std::string canonical;  // rel=canonical; pages only
  std::vector<std::string> hubs;
  std::vector<std::string> alternates;  // whole link values
  std::string content_location;         // empty: none
  bool has_embeds = false;              // a post's page: players of allowed hosts, audio and video
};

class Document {
 public:
  Document(std::string body, DocumentFacts);
  // The representation in this coding, made on first ask; the identity one where the coding would
  // not help.
  const Representation* in(Coding);

 private:
  const DocumentFacts facts_;
  const Representation identity_;
  std::once_flag gzip_once_;
  std::optional<Representation> gzip_;
};

}  // namespace sosik
