#include "sosik/base/background.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace sosik {

// On Linux a nice value is a thread's own.
void become_background() {
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
}

}  // namespace sosik
