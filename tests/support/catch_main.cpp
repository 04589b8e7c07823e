// g++ 12.2 warns about its own <regex>, inlined under the sanitisers.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define CATCH_CONFIG_MAIN
#include "catch.hpp"
