// Which program this is, to the last byte: what one build vouches for, another must not.
#pragma once
#include <string>

namespace sosik {

// The build id that the linker wrote into the running program (NT_GNU_BUILD_ID), in hex; the same
// in all processes of one build. A program without one gets an id of its own in each process, so it
// never takes another for itself. Any thread.
const std::string& program_id();

}  // namespace sosik
