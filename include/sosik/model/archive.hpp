// Archives: a feed's whole history in documents whose members never change places (RFC 5005 section
// 4, H-200..H-207).
//
// Each member of a feed has a number there, counted from 1 in the order in which members came, kept
// as long as it stays and never given to another. Page n of the archive holds the numbers (n-1) *
// archive_page_size + 1 to n * archive_page_size. Those URLs are public, so the size is for ever.
//
// A page is known by a key of its own, beside the feed's, and has a state like a feed: revision,
// changed_at, members. No feed's key holds a line break, and every page's begins with one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sosik {

constexpr std::int64_t archive_page_size = 20;

// The page that holds the number; 0 for number 0, which is no member's.
constexpr std::int64_t page_of_number(std::int64_t number) {
  return (number + archive_page_size - 1) / archive_page_size;
}

struct ArchivePage {
  std::string feed;  // its key
  std::int64_t page = 0;
};

std::string archive_key(std::string_view feed, std::int64_t page);

// Nothing for a key that is a feed's.
std::optional<ArchivePage> archive_page_of(std::string_view key);

}  // namespace sosik
