// A process in Korean while it lives: the C library's own names of days and months change, and the
// C++ library's global locale; ours must not (K-070). Where the machine has no Korean locale one is
// made in a temporary folder.
#pragma once
#include <clocale>
#include <cstdlib>
#include <ctime>
#include <locale>
#include <string>

#include "temp_dir.hpp"

namespace sosik {

class KoreanLocale {
 public:
  KoreanLocale() {
    if (std::setlocale(LC_ALL, name) == nullptr) make();
    // Streams group digits as they would there. (std::locale(name) leaks where LOCPATH is set.)
    std::locale::global(std::locale(std::locale::classic(), new GroupedDigits));
    std::setlocale(LC_ALL, name);
  }
  ~KoreanLocale() {
    std::locale::global(std::locale::classic());
    std::setlocale(LC_ALL, "C");
    ::unsetenv("LOCPATH");
  }
  KoreanLocale(const KoreanLocale&) = delete;
  KoreanLocale& operator=(const KoreanLocale&) = delete;

  // Whether strftime writes Monday as Koreans do.
  static bool is_korean() {
    std::tm day{};
    day.tm_wday = 1;
    char text[32];
    return std::string(text, std::strftime(text, sizeof text, "%a", &day)) == "월";
  }

 private:
  static constexpr const char* name = "ko_KR.UTF-8";

  class GroupedDigits : public std::numpunct<char> {
    char do_thousands_sep() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
  };

  void make() {
    const std::string command =
        "localedef -i ko_KR -f UTF-8 '" + (dir_ / name).string() + "' >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) return;
    ::setenv("LOCPATH", dir_.path().c_str(), 1);
  }

  TempDir dir_;
};

}  // namespace sosik
