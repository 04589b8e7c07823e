#include "heads.hpp"

#include <algorithm>

#include "sosik/ingest/sanitise.hpp"
#include "sosik/render/render.hpp"

namespace sosik {
namespace {

class Lines {
 public:
  Lines& add(std::string_view name, std::string_view value) {
    text_.append(name).append(": ");
    // A bug elsewhere must not become a split response: what is not printable ASCII is left out
    // (H-035).
    std::ranges::copy_if(value, std::back_inserter(text_),
                         [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
    text_ += "\r\n";
    return *this;
  }
  std::string finish() { return std::move(text_.append("\r\n")); }

 private:
  std::string text_;
};

std::string link(std::string_view url, std::string_view rel) {
  return "<" + std::string(url) + ">; rel=\"" + std::string(rel) + "\"";
}

// H-172. Stale bytes are better than none for a day, while the origin is down; readers ask again
// after max-age, which is a constant and tells nothing of what is scheduled (H-173).
std::string cache_control(const DocumentFacts& facts) {
  return "public, max-age=" + std::to_string(std::max(0, facts.max_age_seconds)) +
         ", stale-while-revalidate=60, stale-if-error=86400";
}

std::string content_security_policy(const DocumentFacts& facts) {
  if (facts.format != Format::html)
    return "default-src 'none'; img-src https: data:; style-src 'self'; sandbox";
  std::string policy =
      "default-src 'none'; img-src https: data: 'self'; style-src 'self'; form-action 'self'; "
      "frame-ancestors 'none'; base-uri 'none'";
  if (!facts.has_embeds) return policy;
  policy += "; media-src https: 'self'; frame-src";
  for (const auto& host : SanitiseOptions().iframe_hosts) policy += " https://" + host;  // F-151
  return policy;
}

// What a 200 and its 304 share.
void add_kept_lines(Lines& lines, const DocumentFacts& facts, std::string_view etag) {
  lines.add("ETag", etag).add("Cache-Control", cache_control(facts));
  if (!facts.self.empty()) lines.add("Link", link(facts.self, "self"));  // H-210: exactly one
  for (const auto& hub : facts.hubs) lines.add("Link", link(hub, "hub"));
  lines.add("Access-Control-Allow-Origin", "*");
  lines.add("Access-Control-Expose-Headers", "ETag, Link, Retry-After");
  lines.add("X-Content-Type-Options", "nosniff");
}

}  // namespace

std::string head_200(const DocumentFacts& facts, Coding coding, std::size_t length,
                     std::string_view etag) {
  Lines lines;
  lines.add("Content-Type", media_type(facts.format));
  lines.add("Content-Length", std::to_string(length));
  if (coding == Coding::gzip) lines.add("Content-Encoding", "gzip");
  add_kept_lines(lines, facts, etag);
  for (const auto& alternate : facts.alternates) lines.add("Link", alternate);
  if (!facts.canonical.empty()) lines.add("Link", link(facts.canonical, "canonical"));
  lines.add("Accept-Ranges", "none");  // H-220
  lines.add("Content-Security-Policy", content_security_policy(facts));
  if (facts.format == Format::html) lines.add("Referrer-Policy", "strict-origin-when-cross-origin");
  return lines.finish();
}

std::string head_304(const DocumentFacts& facts, std::string_view etag) {
  Lines lines;
  add_kept_lines(lines, facts, etag);
  return lines.finish();
}

std::string alternate_link(std::string_view url, std::string_view type) {
  return link(url, "alternate") + "; type=\"" + std::string(type) + "\"";
}

}  // namespace sosik
