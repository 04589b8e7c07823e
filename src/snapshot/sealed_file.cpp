#include "sealed_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace sosik {
namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

constexpr int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

}  // namespace

std::unique_ptr<SealedFile> SealedFile::of(std::string_view bytes) {
  // First, so that whatever fails from here on is cleaned up by it.
  std::unique_ptr<SealedFile> file(new SealedFile());
  const int descriptor = ::memfd_create("sosik-body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  file->descriptor_ = descriptor;
  if (descriptor < 0) return nullptr;
  if (!write_all(descriptor, bytes) || ::fcntl(descriptor, F_ADD_SEALS, seals) != 0) return nullptr;
  // Private, because Linux before 6.7 takes a shared mapping of a sealed file for a writable one.
  // It is the same memory: a page is copied only when it is written to, and it cannot be.
  void* map = ::mmap(nullptr, bytes.size(), PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
  if (map == MAP_FAILED) return nullptr;
  file->view_ = {static_cast<const char*>(map), bytes.size()};
  return file;
}

SealedFile::~SealedFile() {
  if (!view_.empty()) ::munmap(const_cast<char*>(view_.data()), view_.size());
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace sosik
