#include "sosik/base/program_id.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "sosik/base/digest.hpp"

namespace sosik {
namespace {

constexpr std::size_t random_id_size = 20;  // as long as a build id

// Notes lie one behind the other: a head, then name and content, each filled up to `alignment`.
std::string_view build_id_among(std::string_view notes, std::size_t alignment) {
  constexpr std::string_view name("GNU\0", 4);  // its end counts
  const auto filled = [&](std::size_t size) {
    return (size + alignment - 1) / alignment * alignment;
  };
  ElfW(Nhdr) head;
  while (notes.size() >= sizeof head) {
    std::memcpy(&head, notes.data(), sizeof head);
    const std::size_t content = filled(sizeof head + head.n_namesz);
    const std::size_t end = content + head.n_descsz;
    if (end > notes.size()) break;
    if (head.n_type == NT_GNU_BUILD_ID && notes.substr(sizeof head, head.n_namesz) == name)
      return notes.substr(content, head.n_descsz);
    notes.remove_prefix(std::min(filled(end), notes.size()));
  }
  return {};
}

std::string_view build_id_of(const dl_phdr_info& program) {
  for (std::size_t i = 0; i < program.dlpi_phnum; ++i) {
    const auto& segment = program.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // The loader tells where as a number. NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* notes = reinterpret_cast<const char*>(program.dlpi_addr + segment.p_vaddr);
    const std::size_t alignment = segment.p_align == 8 ? 8 : 4;
    if (const auto id = build_id_among({notes, segment.p_memsz}, alignment); !id.empty()) return id;
  }
  return {};
}

std::string find_program_id() {
  std::string_view build_id;
  const auto look = [](dl_phdr_info* program, std::size_t, void* found) {
    *static_cast<std::string_view*>(found) = build_id_of(*program);
    return 1;  // the first is the program itself, the others are its libraries
  };
  dl_iterate_phdr(look, &build_id);
  return hex(build_id.empty() ? random_bytes(random_id_size) : std::string(build_id));
}

}  // namespace

const std::string& program_id() {
  static const std::string id = find_program_id();
  return id;
}

}  // namespace sosik
