#include "sosik/ingest/markdown_post.hpp"

#include "catch.hpp"
#include "sosik/base/text.hpp"

namespace sosik {
namespace {

MarkdownOptions options() {
  MarkdownOptions o;
  o.zone = TimeZone::named("Asia/Seoul").value();
  o.public_url = "https://blog.example";
  return o;
}

Post post(std::string_view file, const std::filesystem::path& path = "2026/first.md") {
  return post_from_markdown(file, path, options()).value();
}

// The head is `fields`; a date is added, so that only what is tested can be missing.
Post post_with(const std::string& fields) {
  return post("---\ndate: 2026-03-04\n" + fields + "\n---\n글\n");
}

std::string error_of(std::string_view file, const std::filesystem::path& path = "a.md") {
  const auto result = post_from_markdown(file, path, options());
  return result ? "none" : result.error().detail;
}

std::string date(const std::optional<Timestamp>& t) {
  return t ? rfc3339_date(*t, TimeZone::named("Asia/Seoul").value()) : "none";
}

std::string joined(const Post& p) {
  std::string out;
  for (const auto& c : p.categories) out += "[" + c.path + "]";
  for (const auto& t : p.tags) out += "(" + t.tag + ")";
  for (const auto& a : p.authors)
    out += "{" + a.name + "," + a.key + "," + a.url + "," + a.email + "}";
  return out;
}

TEST_CASE("A file of a blog becomes a post", "[ingest][post]") {
  const Post p = post(
      "\xEF\xBB\xBF---\r\ntitle: \"첫 글: 시작\"\r\ndate: 2026-03-04 09:30:00 +0900\r\nlastmod: "
      "2026-03-05\r\n"
      "slug: 첫-글\r\ncategories: [개발/백엔드, 회고]\r\ntags: [C++, 팀]\r\nauthor: "
      "한민서\r\nlang: ko\r\n"
      "description: 요약이다.\r\nimage: /images/a.png\r\nextra: {nobody: [knows]}\r\n---\r\n\r\n# "
      "본문\r\n");
  CHECK(p.site == 1);
  CHECK(p.post_id == "markdown:2026/first");
  CHECK(p.source == "markdown");
  CHECK(p.source_key == "2026/first");
  CHECK(p.guid.empty());
  CHECK(p.status == PostStatus::published);
  CHECK(p.slug == "첫-글");
  CHECK(p.url.empty());
  CHECK(p.title == "첫 글: 시작");
  CHECK(p.summary == "요약이다.");
  CHECK(p.body_format == BodyFormat::markdown);
  CHECK(p.body == "\n# 본문\n");
  CHECK(p.base_url == "https://blog.example/2026/");
  CHECK(p.language == "ko");
  CHECK(date(p.published_at) == "2026-03-04T09:30:00+09:00");
  CHECK(date(p.updated_at) == "2026-03-05T00:00:00+09:00");
  REQUIRE(p.image);
  CHECK(p.image->url == "https://blog.example/images/a.png");
  CHECK(joined(p) == "[개발/백엔드][회고](C++)(팀){한민서,,,}");
}

TEST_CASE("Keys may be spelled as each generator spells them", "[ingest][post]") {
  CHECK(date(post("---\nPubDate: 2026-03-04\n---\n").published_at) == "2026-03-04T00:00:00+09:00");
  CHECK(date(post("---\npublished_at: 2026-03-04T00:00:00Z\n---\n").published_at) ==
        "2026-03-04T09:00:00+09:00");
  CHECK(date(post("---\npublishDate: '2026-03-04'\n---\n").published_at) ==
        "2026-03-04T00:00:00+09:00");
  CHECK(date(post("---\npublished: 2026-03-04\n---\n").published_at) ==
        "2026-03-04T00:00:00+09:00");
  CHECK(date(post_with("last_modified_at: 2026-03-06").updated_at) == "2026-03-06T00:00:00+09:00");
  CHECK(date(post_with("updatedDate: Mar 06 2026").updated_at) == "2026-03-06T00:00:00+09:00");
  CHECK(date(post_with("x: 1").updated_at) == "none");
  CHECK(post_with("excerpt: 요약").summary == "요약");
  CHECK(post_with("language: en_US").language == "en-US");
  CHECK(post_with("locale: kr").language == "ko");  // [K-076]
}

TEST_CASE("Titles are text whatever YAML would make of them", "[ingest][post]") {
  CHECK(post_with("title: 2026").title == "2026");
  CHECK(post_with("title: yes").title == "yes");
  CHECK(post_with("title: 2026-03-04").title == "2026-03-04");
  CHECK(post_with("title: '#1 글'").title == "#1 글");
  CHECK(post_with("title: >\n  두 줄로\n  쓴 제목").title == "두 줄로 쓴 제목");
  CHECK(post_with("title:").title.empty());
  CHECK(post_with("title: null").title.empty());
  CHECK(post_with("title: \"\\u3164\\u200B\"").title.empty());  // [K-010]
  CHECK(post_with("x: 1").title.empty());
}

TEST_CASE("Lists are lists however they are written", "[ingest][post]") {
  const auto [fields, want] = GENERATE(table<std::string, std::string>({
      {"tags: [가, 나 다]", "(가)(나 다)"},
      {"tags:\n  - 가\n  - 나 다", "(가)(나 다)"},
      {"tags: 가, 나 다", "(가)(나 다)"},
      {"tags: 가 나  다", "(가)(나)(다)"},  // Jekyll
      {"tag: 가 나", "(가 나)"},
      {"tags: [C++, c++, 'Ｃ＋＋']", "(C++)"},  // [K-008]
      {"tags: [2026, true]", "(2026)(true)"},
      {"tags: []", ""},
      {"tags: ", ""},
      {"tags: [가]\ntag: 나", "(가)(나)"},
      {"categories: 리더십/팀 운영", "[리더십/팀 운영]"},
      {"categories: jekyll update", "[jekyll][update]"},
      {"category: 팀 문화", "[팀 문화]"},
      {"categories: [개발 / 백엔드, /회고/]", "[개발/백엔드][회고]"},
      {"categories: 가, 나", "[가][나]"},
      {"author: {name: 가, url: https://a.example/, email: a@b.example, id: Ga}",
       "{가,ga,https://a.example/,a@b.example}"},
      {"authors: [가, {name: 나}]", "{가,,,}{나,,,}"},
      {"author: '가, 나'", "{가, 나,,,}"},
      {"authors:\n- name: 가\n  url: javascript:x", "{가,,,}"},
      {"author: 홍길동 <hong@example.kr>", "{홍길동,,,hong@example.kr}"},
      {"authors: ['\"가 나\"  <a@b.example>', 다]", "{가 나,,,a@b.example}{다,,,}"},
      {"author: {name: '가 <a@b.example>', email: c@d.example}", "{가,,,c@d.example}"},
      {"author: hong@example.kr (홍길동)", "{홍길동,,,hong@example.kr}"},
      {"author: <hong@example.kr>", "{hong,,,hong@example.kr}"},
      {"author: hong@example.kr", "{hong,,,hong@example.kr}"},
      {"author: 가 <나>", "{가 <나>,,,}"},
      {"author: '@hong'", "{@hong,,,}"},
  }));
  INFO(fields);
  CHECK(joined(post_with(fields)) == want);
}

// "name0,NAME0,name1,NAME1,…": each of them twice.
std::string many_names(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += (i % 2 ? "NAME" : "name") + std::to_string(i / 2) + ",";
  return out;
}

TEST_CASE("A post has at most a thousand tags and a thousand categories", "[ingest][post]") {
  CHECK(post_with("tags: [" + many_names(2000) + "]").tags.size() == 1000);
  CHECK(post_with("categories: [" + many_names(2000) + "]").categories.size() == 1000);
  const std::string head = "---\ndate: 2026-03-04\n";
  CHECK(error_of(head + "tags: [" + many_names(2002) + "]\n---\n") ==
        "a.md:3: tags: more than 1000");
  CHECK(error_of(head + "category: a\ncategories: [" + many_names(2000) + "]\n---\n") ==
        "a.md:3: category: more than 1000");
}

TEST_CASE("NFD names become NFC, so that both machines agree", "[ingest][post]") {  // [K-002]
  const std::string nfd = "\u1112\u1161\u11ab\u1100\u1173\u11af";                   // 한글
  const Post p =
      post("---\ndate: 2026-03-04\ntags: [" + nfd + "]\n---\n" + nfd, nfd + "/" + nfd + ".md");
  CHECK(p.post_id == "markdown:한글/한글");
  CHECK(p.slug == "한글");
  CHECK(p.tags.at(0).tag == "한글");
  CHECK(p.body == nfd);  // [K-001]
  CHECK(p.base_url == "https://blog.example/%ED%95%9C%EA%B8%80/");
}

TEST_CASE("Drafts and hidden posts are told apart", "[ingest][post]") {
  CHECK(post_with("draft: true").status == PostStatus::draft);
  CHECK(post_with("draft: yes").status == PostStatus::draft);
  CHECK(post_with("draft: \"true\"").status == PostStatus::draft);
  CHECK(post_with("draft: off").status == PostStatus::published);
  CHECK(post_with("published: false").status == PostStatus::unpublished);
  CHECK(post_with("published: true").status == PostStatus::published);
  CHECK(post_with("published: false\ndraft: true").status == PostStatus::draft);
  CHECK(post("글", "_drafts/a.md").status == PostStatus::draft);
  CHECK(date(post("---\ndraft: true\n---\n").published_at) == "none");
  const auto [fields, want] = GENERATE(table<std::string, PostStatus>({
      {"status: draft", PostStatus::draft},
      {"status: Pending", PostStatus::draft},
      {"status: auto-draft", PostStatus::draft},
      {"status: draft\ndraft: false\npublished: true", PostStatus::draft},
      {"status: publish", PostStatus::published},
      {"status: published", PostStatus::published},
      {"status: future", PostStatus::published},  // the date says when
      {"status: private", PostStatus::unpublished},
      {"status: unpublished", PostStatus::unpublished},
      {"status: trash", PostStatus::unpublished},
      {"status: private\ndraft: true", PostStatus::draft},
      {"private: true", PostStatus::unpublished},
      {"private: false", PostStatus::published},
      {"hidden: yes", PostStatus::unpublished},
      {"hidden: false", PostStatus::published},
      {"unlisted: true", PostStatus::unpublished},
      {"headless: true", PostStatus::unpublished},
      {"publish: false", PostStatus::unpublished},
      {"public: false", PostStatus::unpublished},
      {"isDraft: true", PostStatus::draft},
      {"visibility: public", PostStatus::published},
      {"visibility: private", PostStatus::unpublished},
      {"visibility: Members", PostStatus::unpublished},
      {"password: 1234", PostStatus::unpublished},
      {"password: ''", PostStatus::published},
      {"password:", PostStatus::published},
      {"expiryDate: ''", PostStatus::published},
      {"expiryDate: 2020-01-01\ndraft: true", PostStatus::draft},
  }));
  INFO(fields);
  CHECK(post_with(fields).status == want);
}

TEST_CASE("Of several dates of publication the latest counts", "[ingest][post]") {
  CHECK(date(post_with("publishDate: 2030-01-01").published_at) == "2030-01-01T00:00:00+09:00");
  CHECK(date(post_with("publishDate: 2020-01-01").published_at) == "2026-03-04T00:00:00+09:00");
  CHECK(date(post_with("published: 2030-01-01").published_at) == "2030-01-01T00:00:00+09:00");
  CHECK(date(post_with("published: true").published_at) == "2026-03-04T00:00:00+09:00");
  CHECK(date(post("---\npublishDate: 2030-01-01\n---\n", "2026-03-04-a.md").published_at) ==
        "2030-01-01T00:00:00+09:00");
}

TEST_CASE("Names of files and folders say date and slug", "[ingest][post]") {
  const auto [path, slug, when] = GENERATE(table<std::string, std::string, std::string>({
      {"_posts/2026-03-04-첫 글.md", "첫-글", "2026-03-04T00:00:00+09:00"},
      {"2026-03-04-first/index.md", "first", "2026-03-04T00:00:00+09:00"},
      {"posts/2026-03-04_first.markdown", "first", "2026-03-04T00:00:00+09:00"},
      {"2026-03-04.md", "post-", "2026-03-04T00:00:00+09:00"},
      {"./a/../2026-03-04-b.mdx", "b", "2026-03-04T00:00:00+09:00"},
  }));
  INFO(path);
  const Post p = post("글", path);
  CHECK(p.slug.substr(0, slug.size()) == slug);
  CHECK(date(p.published_at) == when);
}

TEST_CASE("The head wins over the name of the file", "[ingest][post]") {
  const Post p = post("---\ndate: 2026-05-06\nslug: other\n---\n", "2026-03-04-first.md");
  CHECK(p.slug == "other");
  CHECK(date(p.published_at) == "2026-05-06T00:00:00+09:00");
  CHECK(p.post_id == "markdown:2026-03-04-first");
}

TEST_CASE("Addresses say where the post is, or only its name", "[ingest][post]") {
  CHECK(post_with("permalink: /2026/03/첫-글/").slug == "첫-글");
  CHECK(post_with("permalink: /2026/03/%EC%B2%AB-%EA%B8%80.html").slug == "첫-글");
  CHECK(post_with("permalink: /2026/03/첫-글/").url.empty());
  CHECK(post_with("permalink: /:year/:title/").slug == "first");
  CHECK(post_with("permalink: /a/\nslug: b").slug == "b");
  const Post p = post_with("url: https://다른.example/글/1?x=가");
  CHECK(p.url == "https://xn--2j1bu8j.example/%EA%B8%80/1?x=%EA%B0%80");
  CHECK(p.slug == "1");
  CHECK(p.base_url == p.url);
}

TEST_CASE("Ids are kept", "[ingest][post]") {  // [F-003]
  CHECK(post_with("id: 6f1c2a5e").post_id == "markdown:6f1c2a5e");
  CHECK(post_with("uuid: 42").post_id == "markdown:42");
  const Post p = post_with("guid: http://old.example/?p=12");
  CHECK(p.guid == "http://old.example/?p=12");
  CHECK(p.post_id == "markdown:2026/first");
  const std::string name = std::string(70, 'a');
  const std::string deep = name + "/" + name + "/" + name + "/" + name + ".md";
  const Post far = post("---\ndate: 2026-03-04\n---\n", deep);
  CHECK(far.post_id.size() == 9 + 7 + 64);
  CHECK(far.source_key.size() > 255);
}

TEST_CASE("Pictures are found under their many names", "[ingest][post]") {
  const auto [fields, url, alt] = GENERATE(table<std::string, std::string, std::string>({
      {"cover: a.png", "https://blog.example/2026/a.png", ""},
      {"heroImage: ./그림.png", "https://blog.example/2026/%EA%B7%B8%EB%A6%BC.png", ""},
      {"thumbnail: https://c.example/d.png", "https://c.example/d.png", ""},
      {"featured_image: {url: /d.png, alt: 그림}", "https://blog.example/d.png", "그림"},
      {"cover:\n  image: d.png\n  alt: 그림\n  relative: true", "https://blog.example/2026/d.png",
       "그림"},
      {"images: [d.png, e.png]", "https://blog.example/2026/d.png", ""},
  }));
  INFO(fields);
  const Post p = post_with(fields);
  REQUIRE(p.image);
  CHECK(p.image->url == url);
  CHECK(p.image->alt == alt);
}

TEST_CASE("A picture may say its size", "[ingest][post]") {
  const Post p = post_with("image: {src: /a.png, width: 1200, height: 630}");
  CHECK(p.image->width == 1200);
  CHECK(p.image->height == 630);
  CHECK(error_of("---\ndate: 2026-03-04\nimage: {src: /a.png, width: 100%}\n---\n글\n") ==
        "a.md:3: image: '100%' is no width in pixels");
}

TEST_CASE("Pictures may be elsewhere than the posts", "[ingest][post]") {
  MarkdownOptions elsewhere = options();
  elsewhere.image_base = "https://cdn.example/blog";
  const Post p =
      post_from_markdown("---\ndate: 2026-03-04\nimage: a.png\n---\n", "2026/x/index.md", elsewhere)
          .value();
  CHECK(p.base_url == "https://cdn.example/blog/2026/x/");
  CHECK(p.image->url == "https://cdn.example/blog/2026/x/a.png");
  const Post nowhere =
      post_from_markdown("---\ndate: 2026-03-04\nimage: a.png\n---\n", "a.md", {}).value();
  CHECK(nowhere.base_url.empty());
  CHECK(!nowhere.image);
}

TEST_CASE("A head says where comments are and how many", "[ingest][post]") {
  const Post p = post_with("comments: true\ncomments_url: https://토론.kr/글 1\ncommentCount: 12");
  CHECK(p.comments_url == "https://xn--6o2bt57b.kr/%EA%B8%80%201");
  CHECK(p.comment_count == 12);
  CHECK_FALSE(post_with("comments: 3").comment_count);
  const auto error = [](const std::string& field) {
    return error_of("---\ndate: 2026-03-04\n" + field + "\n---\n글\n");
  };
  CHECK(error("comment_count: -1") == "a.md:3: comment_count: '-1' is no whole number from 0");
  CHECK(error("comment_count: many").starts_with("a.md:3: comment_count"));
  CHECK(error("comments_url: javascript:alert(1)") ==
        "a.md:3: comments_url: 'javascript:alert(1)' is no http or https URL");
}

TEST_CASE("The marker for more cuts the summary out", "[ingest][post]") {
  const auto [body, summary, rest] = GENERATE(table<std::string, std::string, std::string>({
      {"가 **나**\n\n<!--more-->\n\n다\n", "가 나", "가 **나**\n\n\n\n다\n"},
      {"가 <!-- MORE --> 나\n", "가", "가  나\n"},
      {"`<!--more-->` 가\n", "", "`<!--more-->` 가\n"},
      {"```\n<!--more-->\n```\n", "", "```\n<!--more-->\n```\n"},
      {"<!-- moreover -->가\n", "", "<!-- moreover -->가\n"},
  }));
  INFO(body);
  const Post p = post("---\ndate: 2026-03-04\n---\n" + body);
  CHECK(p.summary == summary);
  CHECK(p.body == rest);
  const Post said = post("---\ndate: 2026-03-04\nsummary: 말함\n---\n" + body);
  CHECK(said.summary == "말함");
  CHECK(said.body == rest);
  CHECK(post("---\ndate: 2026-03-04\nexcerpt_separator: '~~~~'\n---\n가\n\n~~~~\n나")
            .summary.empty());
  CHECK(post("---\ndate: 2026-03-04\nexcerpt_separator: '***'\n---\n가\n***\n나").summary == "가");
}

TEST_CASE("The imports of an .mdx file go", "[ingest][post]") {
  const std::string file =
      "---\ndate: 2026-03-04\n---\n\nimport A from './a'\nexport const b = {\n  c: 1,\n}\n\n# "
      "글\nimport d\n";
  CHECK(post(file, "a.mdx").body == "# 글\nimport d\n");
  CHECK(post(file, "a.md").body.find("import A") != std::string::npos);
}

TEST_CASE("Errors name the file, the line and the reason", "[ingest][post]") {
  const auto [file, want] = GENERATE(table<std::string, std::string>({
      {"글", "a.md:1: has no date"},
      {"---\ntitle: 가\n---\n", "a.md:1: has no date"},
      {"---\ntitle: 가\ndate: 2026-13-04\n---\n", "a.md:3: date: '2026-13-04' is no date: "},
      {"---\ndate: [2026-03-04]\n---\n", "a.md:2: date: expected text, found a list"},
      {"---\ntitle:\n  a: b\n---\n", "a.md:3: title: expected text, found a map"},
      {"---\ndate: 2026-03-04\ntags:\n  a: b\n---\n",
       "a.md:4: tags: expected a list or text, found a map"},
      {"---\ndate: 2026-03-04\ntags: [[a]]\n---\n", "a.md:3: tags: expected text, found a list"},
      {"---\ndate: 2026-03-04\ndraft: maybe\n---\n",
       "a.md:3: draft: expected true or false, found 'maybe'"},
      {"---\ndate: 2026-03-04\nstatus: evergreen\n---\n",
       "a.md:3: status: 'evergreen' is not known; write 'draft', 'private' or 'published'"},
      {"---\ndate: 2026-03-04\nstatus: [draft]\n---\n",
       "a.md:3: status: expected text, found a list"},
      {"---\ndate: 2026-03-04\nvisibility: 친구\n---\n",
       "a.md:3: visibility: '친구' is not known; write 'public' or 'private'"},
      {"---\ndate: 2026-03-04\nprivate: 1\n---\n",
       "a.md:3: private: expected true or false, found '1'"},
      {"---\ndate: 2026-03-04\npublished: never\n---\n", "a.md:3: published: 'never' is no date: "},
      {"---\ndate: 2026-03-04\npublishDate: soon\n---\n",
       "a.md:3: publishdate: 'soon' is no date: "},
      {"---\ndate: 2026-03-04\npassword: [a]\n---\n",
       "a.md:3: password: expected text, found a list"},
      {"---\ndate: 2026-03-04\nexpiryDate: 2020-01-01\n---\n",
       "a.md:3: expiryDate is not supported: it would stay visible; remove it or set draft: true"},
      {"---\ndate: 2026-03-04\nunpublish_date: 2099-01-01\n---\n",
       "a.md:3: expiryDate is not supported: "},
      {"---\ndate: 2026-03-04\nlang: 한국어\n---\n", "a.md:3: lang: '한국어' is no language tag"},
      {"---\ndate: 2026-03-04\nslug: '///'\n---\n",
       "a.md:3: slug: '///' has nothing that an address could hold"},
      {"---\ndate: 2026-03-04\nauthor: {email: a@b}\n---\n", "a.md:3: author: has no name"},
      {"---\ndate: 2026-03-04\nimage: 'javascript:x'\n---\n",
       "a.md:3: image: 'javascript:x' is no address"},
      {"---\ntitle: 가\n", "a.md:1: front matter begins here and never ends"},
      {"---\n- 가\n---\n", "a.md:2: front matter must be 'key: value' lines, not a list"},
      {"---\ntitle: 가\ntitle: 나\n---\n", "a.md:3: 'title' is here twice, first in line 2"},
      {"---\npubDate: 2026-03-04\npub_date: 2026-03-04\n---\n",
       "a.md:3: 'pub_date' is here twice, first in line 2"},
      {"---\ntitle: \"가\ndate: 2026-03-04\n---\n", "a.md:"},
      {"---\ntitle: 가: 나\n---\n", "a.md:2: not YAML: "},
      {"---\na: 1\n\tb: 2\n---\n", "a.md:3: not YAML: "},
      {"---\na: &x [1]\nb: *x\n---\n", "a.md:2: an anchor (&name) is not allowed in front matter"},
      {"---\na: *x\n---\n", "a.md:2: "},
      {"---\na: " + std::string(40, '[') + std::string(40, ']') + "\n---\n",
       "a.md:2: nested more than 16 levels deep"},
      {"---\n" + std::string(70'000, '#') + "\n---\n", "a.md:1: front matter of more than 64 KiB"},
      {"+++\ntitle = '가'\n+++\n",
       "a.md:1: TOML front matter (+++) is not supported yet, write YAML"},
      {"{\"title\": \"가\"}\n", "a.md:1: JSON front matter is not supported, write YAML"},
      {"---\ndate: 2026-03-04\n---\n글\n한\xC7\xD1\n",
       "a.md:5: byte 4 of the line (0xc7) is not UTF-8, and the file is not CP949"},
      {"글\xFF\xFE-", "a.md:1: byte 4 of the line (0xff) is not UTF-8"},
      {"\xC7\xD1\xB1\xDB\xFF \xBC\xD2\xBD\xC4",
       "a.md:1: read as euc-kr, with broken characters: 1; save it as UTF-8"},
      {"---\ndate: ２０２６-03-04\n---\n",
       "a.md:2: date: '２０２６-03-04' is no date: "},  // [K-086]
  }));
  INFO(file.substr(0, 100));
  CHECK(error_of(file).substr(0, want.size()) == want);
  CHECK(error_of(file).find('\n') == std::string::npos);
}

TEST_CASE("Files in CP949 and UTF-16 are read [K-040] [K-045]", "[ingest][post]") {
  const std::string head = "---\ndate: 2026-03-04\ntitle: ";
  CHECK(post(head + "\xC7\xD1\xB1\xDB\n---\n\x8C\x63\xB9\xE6\xB0\xA2\xC7\xCF", "a.md").title ==
        "한글");
  CHECK(post(head + "\xC7\xD1\xB1\xDB\n---\n\x8C\x63\xB9\xE6\xB0\xA2\xC7\xCF", "a.md").body ==
        "똠방각하");
  std::string wide = "\xFF\xFE";
  for (const char c : head) wide.append(1, c).append(1, '\0');
  wide += std::string("\x5C\xD5\x00\xAE\n\0-\0-\0-\0\n\0\x00\xAE", 16);
  CHECK(post(wide, "a.md").title == "한글");
  CHECK(post(wide, "a.md").body == "글");
}

TEST_CASE("A rule at the top of a file is no front matter", "[ingest][post]") {
  CHECK(post("----\n글\n", "2026-03-04-a.md").body == "----\n글\n");
  CHECK(post("", "2026-03-04-a.md").body.empty());
  CHECK(post("---\n---\n글", "2026-03-04-a.md").body == "글");
}

TEST_CASE("Hostile heads of 64 KiB are read or refused, never more", "[ingest][post]") {
  for (const char* piece :
       {"[",    "{",    "- ", "? ", "a: ", "&a ", "*a ",   "'",    "\"", "|\n", "!!x ",
        "[a, ", "{a: ", "%",  "@",  "\t",  "# ",  "a:\n ", "- - ", "\\", "<<: "}) {
    std::string head;
    while (head.size() < 60'000) head += piece;
    INFO(piece);
    const auto result =
        post_from_markdown("---\ndate: 2026-03-04\n" + head + "\n---\n글", "a.md", options());
    if (!result) CHECK(result.error().detail.starts_with("a.md:"));
  }
}

}  // namespace
}  // namespace sosik
