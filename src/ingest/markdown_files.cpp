// Finding and reading the files of a blog, none of which is trusted to be a file.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <set>

#include "sosik/base/text.hpp"
#include "sosik/ingest/markdown_post.hpp"

namespace sosik {
namespace {

namespace fs = std::filesystem;

std::string shown(const fs::path& path) { return printable(path.generic_string()); }

class Finder {
 public:
  explicit Finder(std::vector<Problem>& problems) : problems_(problems) {}

  std::vector<FoundFile> run(const fs::path& root) {
    enter({root, {}});
    // Links last: what a link leads to may be a folder of the blog, and goes by its own name then.
    for (; !links_.empty(); links_.pop_front()) enter(links_.front());
    std::sort(files_.begin(), files_.end(), [](const auto& a, const auto& b) {
      return nfc(a.relative.generic_string()) < nfc(b.relative.generic_string());
    });
    return std::move(files_);
  }

 private:
  // The folder and all below it that is reached without a link.
  void enter(const FoundFile& top) {
    folders_.push_back(top);
    while (!folders_.empty()) {
      const FoundFile folder = std::move(folders_.back());
      folders_.pop_back();
      list(folder);
    }
  }

  void list(const FoundFile& folder) {
    struct stat info {};
    if (::stat(folder.path.c_str(), &info) != 0) return add_problem(folder, errno);
    // A folder that was seen is not entered again, so no circle of links is run through twice.
    if (!seen_.insert({info.st_dev, info.st_ino}).second) return;
    std::error_code failure;
    fs::directory_iterator entries(folder.path, failure);
    if (failure) return add_problem(folder, failure.value());
    std::vector<FoundFile> found;
    for (; entries != fs::directory_iterator(); entries.increment(failure)) {
      if (failure) break;
      const fs::path name = entries->path().filename();
      found.push_back({entries->path(), folder.relative / name});
    }
    if (failure) add_problem(folder, failure.value());
    // By name and not as the disk holds them: of two links to one folder always the same is
    // followed.
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.relative < b.relative; });
    std::vector<FoundFile> below;
    for (FoundFile& entry : found) sort_in(std::move(entry), below);
    folders_.insert(folders_.end(), below.rbegin(), below.rend());
  }

  void sort_in(FoundFile entry, std::vector<FoundFile>& below) {
    const std::string name = entry.relative.filename().string();
    if (name.starts_with('.') || name == "node_modules") return;
    struct stat info {};
    if (::stat(entry.path.c_str(), &info) != 0) {
      add_problem(entry, errno);
    } else if (S_ISDIR(info.st_mode)) {
      std::error_code failure;
      if (fs::is_symlink(entry.path, failure))
        links_.push_back(std::move(entry));
      else
        below.push_back(std::move(entry));
    } else if (is_markdown(name)) {
      if (is_valid_utf8(name))
        files_.push_back(std::move(entry));
      else
        problems_.push_back({shown(entry.relative), "the name of the file is not UTF-8"});
    }
  }

  static bool is_markdown(const std::string& name) {
    const std::string key = compare_key(name);
    return key != "_index.md" &&
           (key.ends_with(".md") || key.ends_with(".markdown") || key.ends_with(".mdx"));
  }

  void add_problem(const FoundFile& at, int error) {
    const std::string where = at.relative.empty() ? shown(at.path) : shown(at.relative);
    problems_.push_back({where, std::string("cannot be read: ") + std::strerror(error)});
  }

  std::vector<Problem>& problems_;
  std::vector<FoundFile> folders_, files_;
  std::deque<FoundFile> links_;  // to folders, not yet followed
  std::set<std::pair<dev_t, ino_t>> seen_;
};

struct OpenFile {
  int descriptor = -1;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

}  // namespace

std::vector<FoundFile> find_markdown(const fs::path& root, std::vector<Problem>& problems) {
  return Finder(problems).run(root);
}

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  const auto failure = [&](int error) {
    const Errc code = error == ENOENT ? Errc::not_found : Errc::unavailable;
    return Error{code, shown(path) + ": cannot be read: " + std::strerror(error)};
  };
  const auto too_large = [&] {
    return Error{Errc::too_large,
                 shown(path) + ": larger than " + std::to_string(max_bytes) + " bytes"};
  };
  struct stat info {};
  // Looked at before it is opened: opening a device can already do something.
  if (::stat(path.c_str(), &info) != 0) return failure(errno);
  if (!S_ISREG(info.st_mode)) return invalid(shown(path) + ": not a regular file");
  // O_NONBLOCK: should it have become a pipe meanwhile, nobody waits for a writer.
  const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &info) != 0) return failure(errno);
  if (!S_ISREG(info.st_mode)) return invalid(shown(path) + ": not a regular file");
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) return too_large();
  std::string bytes;
  std::string chunk(64 << 10, '\0');
  for (;;) {
    const ssize_t count = ::read(file.descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure(errno);
    if (count == 0) return bytes;
    bytes.append(chunk, 0, static_cast<std::size_t>(count));
    if (bytes.size() > max_bytes) return too_large();
  }
}

}  // namespace sosik
