// The one door to the test framework (Debian 12 packages Catch2 2.13): tests include this header
// and never Catch2's own.
#pragma once
#include <catch2/catch.hpp>
