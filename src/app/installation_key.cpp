#include "installation_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sosik/base/digest.hpp"

namespace sosik {
namespace {

constexpr std::size_t key_size = 32;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error no_access(const std::filesystem::path& file, const char* what) {
  return unavailable("cannot " + std::string(what) + " the installation's key " + file.string() +
                     ": " + std::strerror(errno));
}

// Under a name of its own first, so that nobody ever sees half a key; two processes that make one
// at the same time end with the same.
Result<void> make(const std::filesystem::path& file) {
  auto text = base64(random_bytes(key_size)) + '\n';
  const auto draft = file.string() + "." + hex(random_bytes(6));
  {
    const File out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (out.get() < 0) return no_access(file, "make");
    const auto written = ::write(out.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(out.get()) != 0) {
      const auto failure = no_access(file, "write");
      ::unlink(draft.c_str());
      return failure;
    }
  }
  const bool is_there = ::link(draft.c_str(), file.c_str()) == 0 || errno == EEXIST;
  const auto failure = no_access(file, "make");
  ::unlink(draft.c_str());
  return is_there ? Result<void>() : failure;
}

}  // namespace

Result<std::string> installation_key(const std::filesystem::path& file) {
  if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
    if (auto made = make(file); !made) return made.error();
  const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return no_access(file, "read");
  struct stat status {};
  if (::fstat(in.get(), &status) != 0) return no_access(file, "read");
  if ((status.st_mode & 077) != 0)
    return invalid("the installation's key " + file.string() +
                   " can be read by others than its owner; chmod 600 it");
  char text[128];
  const auto size = ::read(in.get(), text, sizeof text);
  if (size < 0) return no_access(file, "read");
  std::string_view line(text, static_cast<std::size_t>(size));
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  auto key = decode_base64(line);
  if (!key || key->size() != key_size)
    return invalid("the installation's key " + file.string() +
                   " is damaged: it must hold the base64 of 32 bytes; restore it from a backup, or "
                   "delete it and give every endpoint a new secret");
  return key;
}

}  // namespace sosik
