#include "temp_dir.hpp"

#include <fstream>

#include "catch.hpp"

using namespace sosik;

TEST_CASE("A temporary folder is one's own and goes with its scope", "[base]") {
  std::filesystem::path path;
  {
    const TempDir one, other;
    CHECK(one.path() != other.path());
    path = one.path();
    std::filesystem::create_directory(one / "폴더");
    std::ofstream(one / "폴더/file.txt") << "text";
    CHECK(std::filesystem::exists(path / "폴더" / "file.txt"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}
