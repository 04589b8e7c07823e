// Addresses without brackets in text that puts no space behind them: cmark takes the particle in
// "www.naver.com에서" for a part of the host.
#pragma once
#include <cmark-gfm.h>

namespace sosik {

// Ends each bare address where its ASCII host ends; the rest is text again. Hosts that are not
// ASCII ("https://한글.kr") and addresses in brackets stay as they are.
void end_bare_links(cmark_node* root);

}  // namespace sosik
