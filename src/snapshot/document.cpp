#include "document.hpp"

#include "gzip.hpp"
#include "heads.hpp"
#include "sosik/base/digest.hpp"
#include "sosik/base/timestamp.hpp"

namespace sosik {
namespace {

Representation representation(Coding coding, std::string body, const std::string& hash,
                              const DocumentFacts& facts) {
  Representation made;
  made.coding = coding;
  made.etag_hash = hash;
  made.etag = "\"" + hash + "-" + std::string(coding == Coding::gzip ? gzip_tag() : "i") + "\"";
  made.changed_at = facts.changed_at;
  if (facts.changed_at != never)
    made.last_modified = "Last-Modified: " + http_date(facts.changed_at) + "\r\n";
  if (!facts.content_location.empty())
    made.content_location = "Content-Location: " + facts.content_location + "\r\n";
  made.head = head_200(facts, coding, body.size(), made.etag);
  made.head_304 = head_304(facts, made.etag);
  made.body = Body(std::move(body));
  return made;
}

Representation identity_of(std::string body, const DocumentFacts& facts) {
  const std::string hash = hash64_hex(body);
  return representation(Coding::identity, std::move(body), hash, facts);
}

}  // namespace

Document::Document(std::string body, DocumentFacts facts)
    : facts_(std::move(facts)), identity_(identity_of(std::move(body), facts_)) {}

const Representation* Document::in(Coding coding) {
  if (coding == Coding::identity) return &identity_;
  std::call_once(gzip_once_, [this] {
    if (auto body = gzip(identity_.body.view()))
      gzip_ = representation(Coding::gzip, std::move(*body), identity_.etag_hash, facts_);
  });
  return gzip_ ? &*gzip_ : &identity_;
}

}  // namespace sosik
