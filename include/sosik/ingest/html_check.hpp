// The gate of bodies: asked once per content, of what the sanitiser wrote. An opinion of its own,
// by another reading than the sanitiser's.
#pragma once
#include <string_view>

#include "sosik/base/result.hpp"

namespace sosik {

// Is it a fragment that a strict HTML parser reads without a single parse error, as the W3C
// validator demands (F-061), and nothing but what the sanitiser may write (F-150..F-155)? Every tag
// closed, in order and where its parent wants it; attributes known, quoted, once; '&' and '<'
// escaped; addresses absolute. Fails with invalid: "at byte 120: <p> ends another <p>". Linear in
// the fragment.
Result<void> check_clean_html(std::string_view html);

}  // namespace sosik
