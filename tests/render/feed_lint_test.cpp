// The gate's rules, each broken once in a document that is clean otherwise. What the W3C feed
// validator says of these was measured: formats.md F-210..F-214.
#include "feed_lint.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace sosik;
using namespace sosik::testing;

namespace {

// The skeleton of F-210, two items.
const std::string rss = R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>소식</title>
<link>https://a.example/</link>
<description>기록</description>
<language>ko</language>
<atom:link rel="self" type="application/rss+xml" href="https://a.example/rss.xml"/>
<atom:link rel="hub" href="https://hub.example/"/>
<lastBuildDate>Mon, 23 Nov 2026 18:05:09 +0900</lastBuildDate>
<ttl>5</ttl>
<item>
<title>둘째 글</title>
<link>https://a.example/2</link>
<guid isPermaLink="false">tag:a.example,2026:/2</guid>
<pubDate>Mon, 23 Nov 2026 18:05:08 +0900</pubDate>
<dc:creator>김소식</dc:creator>
<category>개발</category>
<description>요약</description>
<content:encoded>&lt;p&gt;본문&lt;/p&gt;</content:encoded>
<enclosure url="https://a.example/a.mp3" length="10" type="audio/mpeg"/>
</item>
<item>
<title>첫 글</title>
<link>https://a.example/1</link>
<guid isPermaLink="false">tag:a.example,2026:/1</guid>
<pubDate>Sun, 22 Nov 2026 18:05:09 +0900</pubDate>
<description>요약</description>
</item>
</channel></rss>
)";
// F-211.
const std::string atom = R"(<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ko">
<title>소식</title>
<id>tag:a.example,2026:/feed</id>
<updated>2026-11-23T18:05:09+09:00</updated>
<link rel="self" type="application/atom+xml" href="https://a.example/atom.xml"/>
<link rel="alternate" type="text/html" href="https://a.example/"/>
<link rel="hub" href="https://hub.example/"/>
<author><name>김소식</name></author>
<entry>
<title>둘째 글</title>
<id>tag:a.example,2026:/2</id>
<updated>2026-11-23T18:05:08+09:00</updated>
<published>2026-11-23T18:05:08+09:00</published>
<link rel="alternate" type="text/html" href="https://a.example/2"/>
<category term="개발"/>
<summary>요약</summary>
<content type="html">&lt;p&gt;본문&lt;/p&gt;</content>
</entry>
<entry>
<title>첫 글</title>
<id>tag:a.example,2026:/1</id>
<updated>2026-11-22T18:05:09+09:00</updated>
<published>2026-11-22T18:05:09+09:00</published>
<link rel="alternate" type="text/html" href="https://a.example/1"/>
<summary>요약</summary>
</entry>
</feed>
)";
const std::string json = R"({
 "version": "https://jsonfeed.org/version/1.1",
 "title": "소식",
 "home_page_url": "https://a.example/",
 "feed_url": "https://a.example/feed.json",
 "language": "ko",
 "authors": [{"name": "김소식"}],
 "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
 "items": [
  {"id": "tag:a.example,2026:/2", "url": "https://a.example/2", "title": "둘째 글",
   "content_html": "<p>본문</p>", "date_published": "2026-11-23T18:05:08+09:00",
   "tags": ["개발"],
   "attachments": [{"url": "https://a.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 10}]},
  {"id": "tag:a.example,2026:/1", "content_text": "본문"}
 ]
}
)";
const std::string empty_rss = rss.substr(0, rss.find("<item>")) + "</channel></rss>";
const std::string empty_atom = atom.substr(0, atom.find("<entry>")) + "</feed>";

// `from` replaced once; nothing else may be wrong then but `rule`, about entry `entry` (0: the
// feed).
void check_broken(std::string document, Format format, const std::string& self,
                  const std::string& from, const std::string& to, const std::string& rule,
                  std::size_t entry) {
  INFO(from << " → " << to);
  REQUIRE(document.find(from) != std::string::npos);
  document.replace(document.find(from), from.size(), to);
  GateOptions options;
  options.self = self;
  auto findings = find_faults(document, format, options);
  std::string all;
  for (const auto& finding : findings) all += to_string(finding) + "\n";
  INFO(all);
  REQUIRE_FALSE(findings.empty());
  for (const auto& finding : findings) {
    CHECK(finding.rule == rule);
    CHECK_FALSE(finding.is_accepted);
    CHECK(finding.entry == (entry ? std::optional(entry - 1) : std::nullopt));
  }
  CHECK(check_document(document, format, options).has_error());
}

}  // namespace

TEST_CASE("The skeletons that the validator finds clean are clean",
          "[render][lint][F-210][F-211]") {
  // F-210, F-211; feeds without posts too (F-013).
  std::string empty = empty_rss;
  for (const char* unused : {" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"",
                             " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""})
    empty.erase(empty.find(unused), std::string_view(unused).size());
  for (const auto& document : {rss, empty})
    CHECK(lint_rss(document, "https://a.example/rss.xml") == Findings{});
  for (const auto& document : {atom, empty_atom})
    CHECK(lint_atom(document, "https://a.example/atom.xml") == Findings{});
  CHECK(lint(json, Format::json, "https://a.example/feed.json") == Findings{});
}

TEST_CASE("The gate knows what the validator calls an error or a warning in RSS",
          "[render][lint][F-212][F-213][F-214]") {
  const auto [from, to, rule, entry] =
      GENERATE(table<std::string, std::string, std::string, std::size_t>({
          // F-212: errors.
          {"<link>https://a.example/2<", "<link>https://a.example/글<", "F-055", 1},
          {"<link>https://a.example/2<", "<link>https://한글.example/2<", "F-055", 1},
          {"<link>https://a.example/2<", "<link>/2<", "F-055", 1},
          {"isPermaLink=\"false\"", "isPermaLink=\"true\"", "F-056", 1},
          {" isPermaLink=\"false\"", "", "F-056", 1},
          {"isPermaLink=\"false\"", "isPermaLink=\"no\"", "F-056", 1},
          {"05:08 +0900", "05:08 KST", "F-066", 1},
          {"Mon, 23 Nov 2026 18:05:08", "월, 23 11 2026 18:05:08", "F-066", 1},
          {"Mon, 23 Nov 2026 18:05:08", "Tue, 23 Nov 2026 18:05:08", "F-066", 1},
          {"Mon, 23 Nov 2026 18:05:08", "Mon, 31 Nov 2026 18:05:08", "F-066", 1},
          {"length=\"10\"", "length=\"-1\"", "F-063", 1},
          {"a.mp3", "가.mp3", "F-063", 1},
          {" length=\"10\"", "", "F-063", 1},
          {"type=\"audio/mpeg\"", "type=\"mp3\"", "F-063", 1},
          {"<ttl>",
           "<image><url>https://a.example/i.png</url><title>소식</title><link>"
           "https://a.example/</link><width>512</width></image><ttl>",
           "F-051", 0},
          {"<ttl>",
           "<image><url>https://a.example/i.webp</url><title>소식</title><link>"
           "https://a.example/</link></image><ttl>",
           "F-051", 0},
          {"<ttl>",
           "<image><url>https://a.example/i.png</url><title>다른</title><link>"
           "https://a.example/</link></image><ttl>",
           "F-051", 0},
          {"xmlns:atom", "xmlns:media=\"http://search.yahoo.com/mrss\" media:a=\"\" xmlns:atom",
           "F-031", 0},
          {"<language>ko<", "<language>ko_KR<", "F-045", 0},
          {"<title>둘째 글", "<title>둘째&#11; 글", "F-021", 1},
          {"<title>둘째 글", "<title>둘째&nbsp;글", "F-021", 1},
          {"<?xml", "\n<?xml", "F-020", 0},
          {"<channel>", "<channel><title>둘</title>", "F-041", 0},
          {"<link>https://a.example/</link>", "", "F-041", 0},
          {"version=\"2.0\"", "version=\"3.0\"", "F-040", 0},
          {"<ttl>5<", "<ttl>0<", "F-049", 0},
          {"tag:a.example,2026:/1<", "tag:a.example,2026:/2<", "F-056", 2},
          // F-213: warnings.
          {"<title>둘째 글", "<title>AT&amp;amp;T", "F-029", 1},
          {"<title>둘째 글", "<title>&#x3C;b>굵게&#x3C;/b>", "F-029", 1},
          {"05:08 +0900", "05:08 +0545", "F-066", 1},
          {"22 Nov 2026 18:05:09", "29 Nov 2026 18:05:09", "F-007", 2},
          {"<description>요약</description>\n<content:encoded>&lt;p&gt;본문&lt;/p&gt;</"
           "content:encoded>",
           "<content:encoded>본문</content:encoded><description>요약</description>", "F-060", 1},
          {"<description>요약</description>\n<content", "<content", "F-060", 1},
          {"<category>", "<author>a@b.example (김)</author><category>", "F-058", 1},
          {"</item>", "<enclosure url=\"https://a.example/b\" length=\"0\" type=\"a/b\"/></item>",
           "F-063", 1},
          {"xmlns:atom",
           "xmlns:webfeeds=\"http://webfeeds.org/rss/1.0\" webfeeds:a=\"\" xmlns:atom", "F-032", 0},
          {"xmlns:atom", "xmlns:a=\"http://www.w3.org/2005/Atom\" xmlns:atom", "F-030", 0},
          {"/rss.xml\"", "/feed\"", "F-043", 0},
          {"<title>둘째 글", "<title>둘째\xC2\x85 글", "F-023", 1},
          {"<title>둘째 글", "<title>둘째&#x85; 글", "F-023", 1},
          {"요약", "요\xEF\xBF\xBD", "F-023", 1},
          {"</channel>", "<generator>g</generator></channel>", "F-042", 0},
          {"<title>둘째 글", "<title> \xE3\x85\xA4", "F-054", 1},
          {"<ttl>", "<skipHours><hour>24</hour></skipHours><ttl>", "F-052", 0},
          {"<ttl>", "<managingEditor>a@b.example</managingEditor><ttl>", "F-047", 0},
          {"<ttl>", "<textInput/><ttl>", "F-053", 0},
          {"<ttl>", "<docs>https://d.example/</docs><ttl>", "F-046", 0},
          {"<ttl>",
           "<cloud domain=\"a.example\" path=\"/\" registerProcedure=\"\" "
           "protocol=\"http-post\" port=\"80\"/><ttl>",
           "F-050", 0},
          {"<category>개발", "<category> ", "F-064", 1},
          {"<ttl>", "<pubDate>Tue, 24 Nov 2026 18:05:09 +0900</pubDate><ttl>", "F-048", 0},
          {"<category>", "<dc:date>2026-11-23T18:05:08+09:00</dc:date><category>", "F-059", 1},
          {"<category>", "<dc:subject>개발</dc:subject><category>", "F-059", 1},
          {"<ttl>", "<dc:language>ko</dc:language><ttl>", "F-059", 0},
          {"<category>", "<source>다른 블로그</source><category>", "F-065", 1},
          {"https://hub.example/", "/hub", "F-043", 0},  // a hub's link is one of F-044
          {"<rss", "<?xml-stylesheet type=\"text/xsl\" href=\"/a.xsl\"?><rss", "F-103", 0},
          // F-214: what the validator does not see; the feed's language is F-012.
          {"<language>ko<", "<language>kr<", "F-045", 0},
          {"<?xml", "\xEF\xBB\xBF<?xml", "F-020", 0},
          {"김소식", "", "F-214", 1},
          {"<lastBuildDate>Mon, 23", "<lastBuildDate>Mon, 24", "F-066", 0},
      }));
  // A namespace is used, so that nothing else is wrong but what is broken.
  if (rule == "F-031" || rule == "F-032" || (rule == "F-030" && from == "xmlns:atom")) {
    std::string broken = rss;
    broken.replace(broken.find(from), from.size(), to);
    INFO(to);
    const auto findings = find_faults(broken, Format::rss);
    CHECK(std::ranges::any_of(findings, [&](auto& f) { return f.rule == rule; }));
    return;
  }
  check_broken(rss, Format::rss, "https://a.example/rss.xml", from, to, rule, entry);
}

TEST_CASE("The gate knows what the validator calls an error or a warning in Atom",
          "[render][lint][F-212][F-213]") {
  const auto [from, to, rule,
              entry] = GENERATE(table<std::string, std::string, std::string, std::size_t>({
      // F-212: errors.
      {"08+09:00</updated>", "08+09:00</updated ><updated>2026-11-23T18:05:08+09:00</updated>",
       "F-082", 1},
      {"2026-11-22T18:05:09+09:00</updated>", "2026-11-22t18:05:09+09:00</updated>", "F-088", 2},
      {"2026-11-22T18:05:09+09:00</updated>", "2026-11-22T09:05:09z</updated>", "F-088", 2},
      {"2026-11-22T18:05:09+09:00</updated>", "2026-11-22T18:05+09:00</updated>", "F-088", 2},
      {"2026-11-22T18:05:09+09:00</updated>", "2026-11-22T18:05:09</updated>", "F-088", 2},
      {"tag:a.example,2026:/1<", " tag:a.example,2026:/1<", "F-086", 2},
      {"tag:a.example,2026:/1<", "https://a.example/글<", "F-086", 2},
      {"tag:a.example,2026:/1<", "17<", "F-086", 2},
      {"<summary>요약</summary>\n</entry>", "<summary type=\"xhtml\">요약</summary></entry>",
       "F-090", 2},
      {"</feed>", "<generator>g</generator></feed>", "F-080", 0},
      {"<category", "<link type=\"text/html\" href=\"https://a.example/2b\"/><category", "F-084",
       1},
      {"href=\"https://a.example/2\"", "", "F-085", 1},
      {"href=\"https://a.example/2\"", "href=\"../2\"", "F-085", 1},
      {"rel=\"hub\"", "rel=\"hubs\"", "F-085", 0},
      {"tag:a.example,2026:/1<", "tag:a.example,26:/1<", "F-002", 2},
      {"<author>", "<icon>/i.png</icon><author>", "F-096", 0},
      {"<author>", "<generator uri=\"g\">g</generator><author>", "F-098", 0},
      {"<author>", "<generator> </generator><author>", "F-098", 0},
      {" xml:lang", " xml:base=\"https://a.example/\" xml:lang", "F-094", 0},
      {"<content type=\"html\">&lt;p&gt;본문&lt;/p&gt;", "<content type=\"xhtml\">", "F-091", 1},
      {"<id>tag:a.example,2026:/feed</id>", "", "F-080", 0},
      {"<name>김소식</name>", "<email>a@b.example</email>", "F-097", 0},
      {"<category", "<thr:in-reply-to xmlns:thr=\"x\"/><category", "F-030", 1},
      // F-213: warnings.
      {"2026-11-22T18:05:09+09:00</updated>", "2026-11-23T18:05:08+09:00</updated>", "F-087", 2},
      {"tag:a.example,2026:/1<", "tag:a.example,2026:/2<", "F-087", 2},
      {"<title>첫 글", "<title>AT&amp;amp;T", "F-029", 2},
      {"<title>첫 글</title>", "<title></title>", "F-082", 2},
      {"<summary>요약</summary>\n</entry>", "</entry>", "F-083", 2},
      {"type=\"application/atom+xml\"", "type=\"application/json\"", "F-213", 0},
      {"/atom.xml\"", "/other.xml\"", "F-084", 0},
      {"<name>김소식</name>", "<name>hong@b.example</name>", "F-097", 0},
      {"term=\"개발\"", "term=\"\"", "F-095", 1},
      {"type=\"html\"", "type=\"text/html\"", "F-092", 1},
      {"xml:lang=\"ko\"", "xml:lang=\"kr\"", "F-093", 0},
      {" xml:lang=\"ko\"", "", "F-093", 0},
      {"2026-11-22T18:05:09+09:00</published>", "2026-11-22T18:05:10+09:00</published>", "F-089",
       2},
  }));
  if (rule == "F-090" || rule == "F-091" || rule == "F-030") {  // two rules at once
    std::string broken = atom;
    broken.replace(broken.find(from), from.size(), to);
    const auto findings = find_faults(broken, Format::atom);
    CHECK(std::ranges::any_of(findings, [&](auto& f) { return f.rule == rule; }));
    return;
  }
  check_broken(atom, Format::atom, "https://a.example/atom.xml", from, to, rule, entry);
}

TEST_CASE("An Atom entry has an author, its own or the feed's", "[render][lint][F-081][F-212]") {
  std::string broken = atom;
  const std::string author = "<author><name>김소식</name></author>\n";
  broken.erase(broken.find(author), author.size());
  auto findings = find_faults(broken, Format::atom);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].rule == "F-081");
  CHECK(findings[1].entry == 1);
  CHECK(findings[1].entry_id == "tag:a.example,2026:/1");
  broken.replace(broken.find("<summary>"), 0, author);
  findings = find_faults(broken, Format::atom);
  CHECK(findings.size() == 1);
}

TEST_CASE("What a document says of its history fits together", "[render][lint][F-212][F-214]") {
  const std::string fh = " xmlns:fh=\"http://purl.org/syndication/history/1.0\"";
  const auto with = [&](std::string document, const std::string& root, const std::string& before,
                        const std::string& what) {
    document.replace(document.find(root), root.size(), root + fh);
    return document.insert(document.find(before), what);
  };
  const auto [what, count] = GENERATE(table<std::string, std::size_t>({
      {"<fh:complete/>", 0},
      {"<fh:archive/>", 0},
      {"<fh:complete/><fh:archive/>", 1},
      {"<fh:complete/><fh:complete/>", 1},
      {"<fh:complete>true</fh:complete>", 1},
      {"<fh:complete/><LINK rel=\"next\" href=\"https://a.example/n\"/>", 1},
      {"<fh:complete/><LINK rel=\"prev-archive\" href=\"https://a.example/n\"/>", 1},
      {"<fh:archive/><LINK rel=\"prev-archive\" href=\"https://a.example/n\"/>", 0},
  }));
  INFO(what);
  const auto spelled = [&](const char* link) {
    std::string text = what;
    if (const auto at = text.find("LINK"); at != std::string::npos) text.replace(at, 4, link);
    return text;
  };
  CHECK(lint_rss(with(rss, "<rss version=\"2.0\"", "<ttl>", spelled("atom:link")), "").size() ==
        count);
  CHECK(lint_atom(
            with(atom, "<feed xmlns=\"http://www.w3.org/2005/Atom\"", "<author>", spelled("link")),
            "")
            .size() == count);
}

TEST_CASE("The namespaces of extensions need to be asked for", "[render][lint][F-032][F-102]") {
  const std::string root = "<feed xmlns=\"http://www.w3.org/2005/Atom\"";
  std::string document = atom;
  document.replace(document.find(root), root.size(),
                   root + " xmlns:at=\"http://purl.org/atompub/tombstones/1.0\"");
  document.insert(
      document.find("<entry>"),
      "<at:deleted-entry ref=\"tag:a.example,2026:/0\" when=\"2026-11-20T00:00:00Z\"/>");
  GateOptions options;
  auto findings = find_faults(document, Format::atom, options);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == "F-032");
  options.extensions.tombstones = true;
  CHECK(find_faults(document, Format::atom, options).empty());
  document.replace(document.find("2026-11-20T00"), 13, "2026-11-20 00");
  findings = find_faults(document, Format::atom, options);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rule == "F-102");
}

// The namespaces by their exact names (F-131).
TEST_CASE("Media, comments and places in an item are looked at", "[render][lint][F-212][F-213]") {
  const auto [space, what, rule] = GENERATE(table<std::string, std::string, std::string>({
      {"media=\"http://search.yahoo.com/mrss/\"",
       "<media:content url=\"https://a.example/i.png\" type=\"image/png\" width=\"640\"/>", ""},
      {"media=\"http://search.yahoo.com/mrss/\"", "<media:content url=\"/i.png\"/>", "F-132"},
      {"media=\"http://search.yahoo.com/mrss/\"",
       "<media:group><media:content url=\"https://a.example/i.png\"/></media:group>", "F-132"},
      {"media=\"http://search.yahoo.com/mrss/\"",
       "<media:thumbnail url=\"https://a.example/i.png\" width=\"x\"/>", "F-132"},
      {"thr=\"http://purl.org/syndication/thread/1.0\"", "<thr:in-reply-to/>", "F-100"},
      {"xhtml=\"http://www.w3.org/1999/xhtml\"", "<xhtml:body/>", "F-032"},  // F-069
      {"slash=\"http://purl.org/rss/1.0/modules/slash/\"", "<slash:comments>3</slash:comments>",
       ""},
      {"slash=\"http://purl.org/rss/1.0/modules/slash/\"", "<slash:comments>셋</slash:comments>",
       "F-067"},
      {"wfw=\"http://wellformedweb.org/CommentAPI/\"",
       "<wfw:commentRSS>https://a.example/c</wfw:commentRSS>", "F-068"},
      {"georss=\"http://www.georss.org/georss\"", "<georss:point>37.5 127.0</georss:point>", ""},
      {"georss=\"http://www.georss.org/georss\"", "<georss:point>37.5,127.0</georss:point>",
       "F-134"},
      {"creativeCommons=\"http://backend.userland.com/creativeCommonsRssModule\"",
       "<creativeCommons:license>by</creativeCommons:license>", "F-133"},
  }));
  INFO(what);
  std::string document = rss;
  document.replace(document.find("xmlns:atom"), 0, "xmlns:" + space + " ");
  document.insert(document.find("</item>"), what);
  const auto findings = find_faults(document, Format::rss);
  if (rule.empty()) CHECK(findings.empty());
  for (const auto& finding : findings) {
    CHECK(finding.rule == rule);
    if (rule != "F-032") CHECK(finding.entry == 0);  // said where it is declared, too
  }
  CHECK(findings.empty() == rule.empty());
}

TEST_CASE("A JSON feed is judged by the specification", "[render][lint][F-214]") {
  const auto [from, to, rule, entry] =
      GENERATE(table<std::string, std::string, std::string, std::size_t>({
          {"version/1.1", "version/1", "F-110", 0},
          {"\"title\": \"소식\"", "\"title\": 3", "F-122", 0},
          {"\"title\": \"소식\"", "\"title\": \" \"", "F-110", 0},
          {"\"title\": \"소식\",", "", "F-110", 0},
          {"/feed.json", "/rss.xml", "F-111", 0},
          {"\"home_page_url\": \"https://a.example/\",", "", "F-111", 0},
          {"\"id\": \"tag:a.example,2026:/2\"", "\"id\": 2", "F-122", 1},
          {"2026:/1\"", "2026:/2\"", "F-112", 2},
          {", \"content_text\": \"본문\"", "", "F-113", 2},
          {"둘째 글", "둘째</b> 글", "F-113", 1},
          {"05:08+09:00", "05:08", "F-114", 1},
          {"{\"name\": \"김소식\"}", "{}", "F-115", 0},
          {"\"mime_type\": \"audio/mpeg\", ", "", "F-116", 1},
          {"10}", "\"10\"}", "F-116", 1},
          {"\"type\": \"WebSub\", ", "", "F-117", 0},
          {"\"ko\"", "\"kr\"", "F-118", 0},
          {"\"items\"", "\"expired\": \"no\", \"items\"", "F-119", 0},
          {"\"items\"", "\"next_url\": \"/n\", \"items\"", "F-119", 0},
          {"\"items\"", "\"next_url\": \"https://a.example/feed.json\", \"items\"", "F-119", 0},
          {"\"items\"", "\"_a.b\": 1, \"items\"", "F-120", 0},
          {"{\n", "\xEF\xBB\xBF{\n", "F-121", 0},
          {"\n}\n", "\n", "F-121", 0},
          {"본문</p>", "본문\xED\xA0\x80</p>", "F-121", 0},
          {"\"tags\": [\"개발\"]", "\"tags\": [\"개발\", null]", "F-122", 1},
          {"\"개발\"", "\"\"", "F-123", 1},
          {"a.mp3", "가.mp3", "F-116", 1},
          {"https://a.example/2\"", "https://a.example/글\"", "F-004", 1},
          {"둘째 글", "둘째\xC2\x80 글", "F-023", 1},
      }));
  if (to.find("null") != std::string::npos) {
    std::string broken = json;
    broken.replace(broken.find(from), from.size(), to);
    const auto findings = find_faults(broken, Format::json);
    CHECK(std::ranges::any_of(findings, [&](auto& f) { return f.rule == rule; }));
    return;
  }
  check_broken(json, Format::json, "https://a.example/feed.json", from, to, rule, entry);
}

TEST_CASE("A date before 1990 and ids of another system are served, with a warning",
          "[render][lint][F-007][F-003][F-056][F-086]") {
  std::string old = rss;
  const std::string date = "Sun, 22 Nov 2026 18:05:09 +0900";
  old.replace(old.find(date), date.size(), "Sat, 20 Nov 1988 18:05:09 +1000");
  CHECK(lint_rss(old, "").size() ==
        1);  // 1988-11-20 was a Sunday, and Seoul had summer time in summer
  old.replace(old.find("Sat, 20 Nov"), 11, "Sun, 20 Nov");
  const auto findings = find_faults(old, Format::rss);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].is_accepted);
  CHECK(findings[0].entry == 1);
  CHECK(check_document(old, Format::rss).has_value());
  std::string numbered = rss;
  const std::string id = "tag:a.example,2026:/1<";
  numbered.replace(numbered.find(id), id.size(), "1234<");
  CHECK(find_faults(numbered, Format::rss).size() == 1);
  CHECK(check_document(numbered, Format::rss).has_value());
  std::string escaped = atom;
  escaped.replace(escaped.find(id), id.size(), "https://a.example/%ea%b8%80<");
  const auto doubts = find_faults(escaped, Format::atom);
  REQUIRE(doubts.size() == 1);
  CHECK(doubts[0].rule == "F-086");
  CHECK(check_document(escaped, Format::atom).has_value());
}

TEST_CASE("A finding says line, element, entry and why", "[render][lint]") {
  std::string broken = rss;
  broken.replace(broken.find("<title>첫 글"), 14, "<title>&#x3C;/p>");
  const auto findings = find_faults(broken, Format::rss);
  REQUIRE(findings.size() == 1);
  CHECK(to_string(findings[0]) ==
        "line 24: item/title of entry 2 (tag:a.example,2026:/1): holds markup: '</p>' (F-029)");
}

TEST_CASE("Hours to skip are 0 to 23, each once", "[render][lint][F-052]") {
  const auto [hours, count] = GENERATE(table<std::string, std::size_t>({
      {"<hour>0</hour><hour>3</hour><hour>23</hour>", 0},
      {"<hour>24</hour>", 1},
      {"<hour>3</hour><hour>3</hour>", 1},
      {"<hour>three</hour>", 1},
  }));
  INFO(hours);
  std::string document = rss;
  document.insert(document.find("<ttl>"), "<skipHours>" + hours + "</skipHours>");
  CHECK(lint_rss(document, "").size() == count);
}

TEST_CASE("How often a feed is updated is one of the words for it", "[render][lint][F-130]") {
  const auto [what, count] = GENERATE(table<std::string, std::size_t>({
      {"<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 0},
      {"<sy:updatePeriod>often</sy:updatePeriod>", 1},
      {"<sy:updateFrequency>0</sy:updateFrequency>", 1},
  }));
  std::string document = rss;
  document.replace(document.find("xmlns:atom"), 0,
                   "xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\" ");
  document.insert(document.find("<ttl>"), what);
  CHECK(lint_rss(document, "").size() == count);
}

TEST_CASE("What is nested beyond all reason ends the search", "[render][lint][F-140]") {
  std::string deep = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK(find_faults(deep, Format::rss).back().reason.starts_with("nested deeper"));
  std::string brackets =
      R"({"version":"https://jsonfeed.org/version/1.1","a":)" + std::string(100'000, '[');
  CHECK(find_faults(brackets, Format::json).back().reason == "nested too deeply");
}
