// Accept-Encoding: which codings a reader takes.
#include <string>

#include "coding_preference.hpp"
#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sosik;
  const std::string header(fuzz::text_of(data, size));
  const CodingPreference preference = coding_preference(header);
  const auto same = [&](const CodingPreference& other) {
    for (Coding coding : CodingPreference::our_order)
      if (other.accepts(coding) != preference.accepts(coding)) return false;
    return other.preferred() == preference.preferred();
  };
  if (const auto best = preference.preferred()) {
    fuzz::must(preference.accepts(*best), "what is preferred is acceptable");
  } else {
    for (Coding coding : CodingPreference::our_order)
      fuzz::must(!preference.accepts(coding), "nothing is preferred only when nothing is taken");
    fuzz::must(header.find('0') != std::string::npos,
               "identity goes only by a weight of 0 (H-135)");
  }
  for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd})
    fuzz::must(!preference.accepts(coding) || !header.empty(), "no coding goes unasked");
  std::string upper = header;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  fuzz::must(same(coding_preference(upper)), "names have no case");
  fuzz::must(same(coding_preference(" , ," + header)), "empty members say nothing");
  return 0;
}
