#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"
#include "source_dir.hpp"
#include "temp_dir.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

class Blog {
 public:
  void add(const std::string& path, std::string_view text) const {
    const fs::path file = dir_.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
  }
  void add_post(const std::string& path, const std::string& body) const {
    add(path, "---\ndate: 2026-03-04\n---\n" + body);
  }
  fs::path root() const { return dir_.path(); }
  std::vector<std::string> found(std::vector<Problem>& problems) const {
    std::vector<std::string> names;
    for (const FoundFile& file : find_markdown(root(), problems))
      names.push_back(file.relative.generic_string());
    return names;
  }

 private:
  TempDir dir_;
};

MarkdownOptions options() {
  MarkdownOptions o;
  o.public_url = "https://blog.example";
  return o;
}

std::string shown(const std::vector<Problem>& problems) {
  std::string out;
  for (const Problem& p : problems) out += p.where + " | " + p.reason + "\n";
  return out;
}

// All that a post says, to compare two imports.
std::string shown(const Import& import) {
  std::string out;
  for (const auto& [path, p] : import.files) {
    out += path.generic_string() + " " + p.post_id + " " + p.guid + " " + p.slug + " " + p.url +
           " " + p.title + " " + p.summary + " " + p.body + " " + p.base_url + " " + p.language +
           " " + std::to_string(static_cast<int>(p.status)) + " " +
           (p.published_at ? std::to_string(to_unix_ms(*p.published_at)) : "-") + " " +
           (p.updated_at ? std::to_string(to_unix_ms(*p.updated_at)) : "-") + " " +
           (p.image ? p.image->url : "-");
    for (const auto& c : p.categories) out += " [" + c.path + "]";
    for (const auto& t : p.tags) out += " (" + t.tag + ")";
    for (const auto& a : p.authors) out += " {" + a.name + "}";
    out += "\n";
  }
  return out + shown(import.problems);
}

const Post& post_of(const Import& import, const std::string& path) {
  for (const ImportedFile& file : import.files)
    if (file.relative.generic_string() == path) return file.post;
  throw std::runtime_error("no post from " + path + "\n" + shown(import));
}

TEST_CASE("Markdown files are found in the order of their names", "[ingest][import]") {
  Blog blog;
  for (const char* path :
       {"나.md", "b/index.md", "b/a.MARKDOWN", "a.mdx", "가.md", "text.txt", ".git/x.md",
        "node_modules/y.md", "._a.md", "b/_index.md", "b/images/a.png"})
    blog.add(path, "글");
  std::vector<Problem> problems;
  CHECK(blog.found(problems) ==
        std::vector<std::string>{"a.mdx", "b/a.MARKDOWN", "b/index.md", "가.md", "나.md"});
  CHECK(problems.empty());
}

TEST_CASE("Links are followed, circles and dead ends are not", "[ingest][import]") {
  Blog blog;
  TempDir outside;
  std::ofstream(outside / "o.md") << "글";
  blog.add("a/b/x.md", "글");
  fs::create_directory_symlink(blog.root(), blog.root() / "a" / "b" / "root");
  fs::create_directory_symlink("..", blog.root() / "a" / "b" / "up");
  fs::create_directory_symlink(outside.path(), blog.root() / "z");
  fs::create_symlink("nowhere.md", blog.root() / "dead.md");
  fs::create_symlink("loop.md", blog.root() / "loop.md");
  fs::create_symlink("nowhere", blog.root() / "posts");
  std::vector<Problem> problems;
  CHECK(blog.found(problems) == std::vector<std::string>{"a/b/x.md", "z/o.md"});
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].where == "dead.md");
  CHECK(problems[0].reason == "cannot be read: No such file or directory");
  CHECK(problems[1].where == "loop.md");
  CHECK(problems[2].where == "posts");
}

TEST_CASE("A folder goes by its own name, not by that of a link to it", "[ingest][import]") {
  Blog blog;
  blog.add("b/x.md", "글");
  blog.add("a/c/y.md", "글");
  blog.add("a/d.md", "글");
  fs::create_directory_symlink("../b", blog.root() / "a" / "link");
  fs::create_directory_symlink("a/c", blog.root() / "0");
  fs::create_directory_symlink("elsewhere", blog.root() / "1");
  blog.add(".hidden/e/z.md", "글");
  fs::create_directory_symlink(".hidden", blog.root() / "elsewhere");
  fs::create_directory_symlink(".hidden/e", blog.root() / "e");
  std::vector<Problem> problems;
  CHECK(blog.found(problems) ==
        std::vector<std::string>{"1/e/z.md", "a/c/y.md", "a/d.md", "b/x.md"});
  CHECK(shown(problems).empty());
}

TEST_CASE("A root that is not there is a problem", "[ingest][import]") {
  Blog blog;
  const Import import = import_markdown(blog.root() / "none", options());
  CHECK(import.files.empty());
  REQUIRE(import.problems.size() == 1);
  CHECK(import.problems[0].reason == "cannot be read: No such file or directory");
}

TEST_CASE("A folder that may not be read is a problem, the others go in", "[ingest][import]") {
  if (::geteuid() == 0) return;  // root may read everything
  Blog blog;
  blog.add_post("a/x.md", "글");
  blog.add_post("b/y.md", "글");
  fs::permissions(blog.root() / "a", fs::perms::none);
  const Import import = import_markdown(blog.root(), options());
  fs::permissions(blog.root() / "a", fs::perms::owner_all);
  CHECK(import.files.size() == 1);
  CHECK(shown(import.problems) == "a | cannot be read: Permission denied\n");
}

TEST_CASE("Only regular files of sensible size are read", "[ingest][import]") {
  Blog blog;
  blog.add("big.md", "글");
  fs::resize_file(blog.root() / "big.md", 100 << 20);  // a hole: takes no room on the disk
  REQUIRE(::mkfifo((blog.root() / "pipe.md").c_str(), 0600) == 0);
  fs::create_symlink("/dev/zero", blog.root() / "zero.md");
  blog.add("mixed.md", "---\ndate: 2026-03-04\n---\n글\xC7\xD1");
  blog.add_post("good.md", "글");
  const Import import = import_markdown(blog.root(), options());
  CHECK(import.files.size() == 1);
  CHECK(shown(import.problems) ==
        "big.md | larger than 16777216 bytes\n"
        "mixed.md:4 | byte 4 of the line (0xc7) is not UTF-8, and the file is not CP949 or UTF-16 "
        "either; save it as UTF-8\n"
        "pipe.md | not a regular file\n"
        "zero.md | not a regular file\n");
  CHECK(read_file(blog.root() / "big.md").error().code == Errc::too_large);
  CHECK(read_file(blog.root() / "pipe.md").error().code == Errc::invalid);
  CHECK(read_file(blog.root() / "none.md").error().code == Errc::not_found);
  CHECK(read_file(blog.root() / "good.md").value() == "---\ndate: 2026-03-04\n---\n글");
  CHECK(read_file(blog.root() / "good.md", 3).error().code == Errc::too_large);
}

TEST_CASE("Links to other files lead to their posts", "[ingest][import]") {
  Blog blog;
  blog.add_post("2024/다른 글.md", "글");
  blog.add_post("2024/elsewhere.md", "글");
  blog.add("2024/elsewhere.md", "---\ndate: 2026-03-04\nurl: https://old.example/p/1\n---\n글");
  blog.add_post("2025/bundle/index.md", "글");
  blog.add_post("2026/a.md",
                "[가](../2024/다른%20글.md) [나](<../2024/다른 글.md#절> \"제목\") [다][ref] "
                "![그림](a.md.png)\n"
                "[라](../2024/elsewhere.md?x=1) [마](/2025/bundle/index.md) [바](a.md) "
                "[사](none.md) [아](https://x.example/a.md)\n"
                "`[가](a.md)` a.md [a.md](./a.md)\n\n    [코드](a.md)\n\n<a "
                "href=\"a.md\">날것</a>\n\n[ref]: ../2025/bundle/index.md\n");
  const Import import = import_markdown(blog.root(), options());
  INFO(shown(import));
  CHECK(import.problems.empty());
  const std::string other = "https://blog.example/posts/%EB%8B%A4%EB%A5%B8-%EA%B8%80";
  CHECK(post_of(import, "2026/a.md").body ==
        "[가](" + other + ") [나](<" + other +
            "#절> \"제목\") [다][ref] ![그림](a.md.png)\n"
            "[라](https://old.example/p/1?x=1) [마](https://blog.example/posts/bundle) "
            "[바](https://blog.example/posts/a) [사](none.md) "
            "[아](https://x.example/a.md)\n"
            "`[가](a.md)` a.md [a.md](https://blog.example/posts/a)\n\n    [코드](a.md)\n\n<a "
            "href=\"a.md\">날것</a>\n\n"
            "[ref]: https://blog.example/posts/bundle\n");
}

TEST_CASE("Links to files with escapes in their addresses lead to posts too", "[ingest][import]") {
  Blog blog;
  for (const char* path : {"a_b.md", "c&d.md", "e(f).md"}) blog.add_post(path, "글");
  blog.add_post(
      "z.md",
      "[가](a\\_b.md) [나](c&amp;d.md#절) [다](e\\(f\\).md) [라][r] `a\\_b.md` a\\_b.md\n\n"
      "[r]: <a\\_b.md>\n");
  const Import import = import_markdown(blog.root(), options());
  INFO(shown(import));
  const std::string posts = "https://blog.example/posts/";
  CHECK(post_of(import, "z.md").body == "[가](" + posts + "a_b) [나](" + posts + "cd#절) [다](" +
                                            posts + "ef) [라][r] `a\\_b.md` a\\_b.md\n\n[r]: <" +
                                            posts + "a_b>\n");
}

TEST_CASE("Two files may not be one post", "[ingest][import]") {
  Blog blog;
  blog.add("a.md", "---\ndate: 2026-03-04\nid: x\n---\n");
  blog.add("b.md", "---\ndate: 2026-03-04\nid: x\n---\n");
  blog.add("c/index.md", "---\ndate: 2026-03-04\n---\n");
  blog.add("d/c.md", "---\ndate: 2026-03-04\n---\n");
  const Import import = import_markdown(blog.root(), options());
  CHECK(import.files.size() == 2);
  CHECK(shown(import.problems) ==
        "b.md | has the same id as a.md\n"
        "d/c.md | has the same slug 'c' as c/index.md: write another 'slug:'\n");
}

TEST_CASE("Importing the same files again gives equal posts", "[ingest][import]") {
  Blog blog;
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    blog.add("글/" + n + ".md", "---\ntitle: 글 " + n + "\ndate: 2026-03-" +
                                    (i % 30 < 9 ? "0" : "") + std::to_string(i % 30 + 1) +
                                    "\ntags: [가, 나]\n---\n[다음](" +
                                    std::to_string((i + 1) % 50) + ".md)\n");
  }
  blog.add("bad.md", "---\ntitle: [\n---\n");
  const std::string first = shown(import_markdown(blog.root(), options()));
  for (const auto& entry : fs::recursive_directory_iterator(blog.root()))
    fs::last_write_time(entry.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  CHECK(shown(import_markdown(blog.root(), options())) == first);
  CHECK(first.find("bad.md:") != std::string::npos);
  CHECK(first.find("/posts/49") != std::string::npos);
}

TEST_CASE("The sample blog imports without problems", "[ingest][import]") {
  MarkdownOptions seoul = options();
  seoul.zone = TimeZone::named("Asia/Seoul").value();
  const Import import = import_markdown(testing::source_dir() / "feeds" / "sample", seoul);
  CHECK(shown(import.problems).empty());
  CHECK(import.files.size() >= 60);
}

}  // namespace
}  // namespace sosik
