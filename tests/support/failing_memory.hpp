// Memory that ends after so many allocations, for the thread that asks for it, or that all threads
// lack for things of one size. Replaces operator new, so it is included once in a program.
#pragma once
#include <atomic>
#include <cstdlib>
#include <new>

namespace sosik {

inline thread_local int allocations_left = -1;  // of this thread; negative: as many as it likes

inline std::atomic<std::size_t> refused_size{0};  // 0: none

// Runs `work` with so many allocations. False when it threw for want of more.
template <class Work>
bool fits_in(int allocations, Work work) {
  allocations_left = allocations;
  try {
    work();
  } catch (const std::bad_alloc&) {
    allocations_left = -1;
    return false;
  }
  allocations_left = -1;
  return true;
}

}  // namespace sosik

[[gnu::noinline]] void* operator new(std::size_t size) {
  if (sosik::allocations_left == 0 || (size == sosik::refused_size && size != 0))
    throw std::bad_alloc();
  if (sosik::allocations_left > 0) --sosik::allocations_left;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
// This one too, for a sanitizer's own would not fit the delete below.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size > 0 ? size : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
