// Readers come first: threads whose work can wait for a moment give way to those that answer them.
#pragma once

namespace sosik {

// The calling thread, and those that it starts from now on, get the processor only when nobody at
// ordinary priority wants it (10 nicer than the first thread, this one alone). For the step, the
// publisher and the operator's listener: on a machine with few cores a burst of posts would
// otherwise be felt by every reader. Where the system refuses, nothing happens.
void become_background();

}  // namespace sosik
