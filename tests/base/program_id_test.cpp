#include "sosik/base/program_id.hpp"

#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "sosik/base/digest.hpp"

using namespace sosik;

TEST_CASE("A program knows the build id that stands in its own file", "[base][program-id]") {
  CHECK(program_id().size() >= 16);
  CHECK(program_id() == program_id());
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(
      bytes.starts_with("\x7f"
                        "ELF"));
  // The file holds it raw, behind the name of its note.
  std::string raw;
  for (std::size_t i = 0; i + 1 < program_id().size(); i += 2)
    raw += static_cast<char>(std::stoi(program_id().substr(i, 2), nullptr, 16));
  CHECK(hex(raw) == program_id());
  CHECK(bytes.find(std::string("GNU\0", 4) + raw) != std::string::npos);
}
