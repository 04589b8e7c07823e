// What the gate costs beside gzip of the same document, in CPU time of this thread.
//
// usage: gate FILE rss|atom|json [ROUNDS]
#include "sosik/render/gate.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Work>
double measured(Work work) {
  const double begin = cpu_seconds();
  work();
  return cpu_seconds() - begin;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: gate FILE rss|atom|json [ROUNDS]\n"), 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  const std::string name = argv[2];
  const auto format = name == "rss"    ? sosik::Format::rss
                      : name == "atom" ? sosik::Format::atom
                                       : sosik::Format::json;
  const int rounds = argc > 3 ? std::stoi(argv[3]) : 51;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> gzip(
      libdeflate_alloc_compressor(6), &libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(gzip.get(), document.size()), '\0');
  std::vector<double> gate, compress;
  std::size_t findings = 0;
  for (int i = 0; i < rounds; ++i) {  // interleaved: what slows one slows the other
    gate.push_back(measured([&] { findings = sosik::find_faults(document, format).size(); }));
    compress.push_back(measured([&] {
      libdeflate_gzip_compress(gzip.get(), document.data(), document.size(), out.data(),
                               out.size());
    }));
  }
  std::printf("%s %zu bytes, %zu findings: gate %.3f ms, gzip %.3f ms, gate / gzip %.2f\n", argv[2],
              document.size(), findings, median(gate) * 1e3, median(compress) * 1e3,
              median(gate) / median(compress));
  return findings == 0 ? 0 : 1;
}
