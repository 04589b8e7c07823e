// Hints between nodes: heard by those who wait, needed by nobody.
#include "catch.hpp"
#include "store_file.hpp"

using namespace sosik;
using namespace std::chrono_literals;

TEST_CASE("A hint is heard once by everyone who waits for one [S-047]", "[store][postgresql]") {
  StoreFile file;
  const auto sender = file.open(), a = file.open(), b = file.open();
  for (const auto* waiting : {&a, &b}) CHECK_FALSE((*waiting)->wait_for_hint(0ms).value());
  REQUIRE(sender->hint().has_value());
  for (const auto* waiting : {&a, &b}) {
    CHECK((*waiting)->wait_for_hint(60s).value());
    CHECK_FALSE((*waiting)->wait_for_hint(0ms).value());
  }
}

TEST_CASE("Hints are heard again after the session was lost [S-047]", "[store][postgresql]") {
  StoreFile file;
  const auto sender = file.open();
  const auto waiting = open_store(file.url() + "&application_name=waiting").value();
  CHECK_FALSE(waiting->wait_for_hint(0ms).value());
  file.shell(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
      "WHERE application_name = 'waiting';");
  const auto lost = waiting->wait_for_hint(60s);
  REQUIRE_FALSE(lost.has_value());
  CHECK(lost.error().code == Errc::unavailable);
  CHECK_FALSE(waiting->wait_for_hint(0ms).value());
  REQUIRE(sender->hint().has_value());
  CHECK(waiting->wait_for_hint(60s).value());
}

TEST_CASE("Where one process serves the store there is nobody to hint to", "[store][sqlite]") {
  StoreFile file;
  const auto store = file.open();
  CHECK(store->hint().has_value());
  CHECK_FALSE(store->wait_for_hint(60s).value());
}
