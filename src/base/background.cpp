#include "sosik/base/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace sosik {

// On Linux a nice value is a thread's own, and the process's id is that of its first thread.
void become_background() {
  constexpr int further = 10, highest = 19;
  const int ordinary = getpriority(PRIO_PROCESS, static_cast<id_t>(getpid()));
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()),
                    std::min(ordinary + further, highest));
}

}  // namespace sosik
