#include "heads.hpp"

#include <algorithm>

#include "sosik/ingest/sanitise.hpp"
#include "sosik/model/surrogate_key.hpp"
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

// H-250, H-252.
void add_open_to_scripts(Lines& lines) {
  lines.add("Access-Control-Allow-Origin", "*");
  lines.add("Access-Control-Expose-Headers", "ETag, Link, Retry-After");
  lines.add("X-Content-Type-Options", "nosniff");
}

// What a CDN purges by (H-177).
void add_surrogate_keys(Lines& lines, const HeadOptions& options, SiteId site, std::string_view key,
                        std::string_view format) {
  if (options.surrogate_key_field.empty()) return;
  const std::string separator = options.surrogate_key_field == "Cache-Tag" ? "," : " ";
  std::string keys = "sosik" + separator + surrogate_key(site, key);
  if (!format.empty()) keys.append(separator).append("format-").append(format);
  lines.add(options.surrogate_key_field, keys);
}

// What the operator adds. On the 304 too: it renews what a cache has stored, key and time to live
// included (RFC 9111 section 3.2).
void add_options(Lines& lines, const DocumentFacts& facts) {
  const HeadOptions& options = facts.options;
  add_surrogate_keys(lines, options, facts.site, facts.key, to_string(facts.format));
  if (options.cdn_max_age_seconds > 0)
    lines.add("CDN-Cache-Control", "max-age=" + std::to_string(options.cdn_max_age_seconds));
  if (options.is_noindex) lines.add("X-Robots-Tag", "noindex");
}

// What a 200 and its 304 share.
void add_kept_lines(Lines& lines, const DocumentFacts& facts, std::string_view etag) {
  lines.add("ETag", etag).add("Cache-Control", cache_control(facts));
  add_options(lines, facts);
  if (!facts.self.empty()) lines.add("Link", link(facts.self, "self"));  // H-210: exactly one
  for (const auto& hub : facts.hubs) lines.add("Link", link(hub, "hub"));
  add_open_to_scripts(lines);
}

void add_text(Lines& lines, std::size_t length) {
  lines.add("Content-Type", "text/plain; charset=utf-8");
  lines.add("Content-Length", std::to_string(length));
}

}  // namespace

std::string head_200(const DocumentFacts& facts, Coding coding, std::size_t length,
                     std::string_view etag) {
  Lines lines;
  lines.add("Content-Type", media_type(facts.format));
  lines.add("Content-Length", std::to_string(length));
  if (coding != Coding::identity) lines.add("Content-Encoding", to_string(coding));
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

std::string head_moved(SiteId site, std::string_view key, const HeadOptions& options,
                       std::string_view location, bool depends_on_format, std::size_t length) {
  Lines lines;
  add_text(lines, length);
  lines.add("Location", location);
  // For good, but an operator's mistake must not stay in every cache for good.
  lines.add("Cache-Control", "public, max-age=86400");
  if (depends_on_format) lines.add("Vary", "Accept");
  add_surrogate_keys(lines, options, site, key, "");
  add_open_to_scripts(lines);
  return lines.finish();
}

std::string head_gone(SiteId site, std::string_view key, const HeadOptions& options,
                      std::size_t length) {
  Lines lines;
  add_text(lines, length);
  lines.add("Cache-Control", "public, max-age=300");  // H-181
  add_surrogate_keys(lines, options, site, key, "");
  add_open_to_scripts(lines);
  return lines.finish();
}

std::string alternate_link(std::string_view url, std::string_view type) {
  return link(url, "alternate") + "; type=\"" + std::string(type) + "\"";
}

}  // namespace sosik
