// Whose fetches are evidence, and how often they are reported.
#include "witnesses.hpp"

#include "catch.hpp"

using namespace sosik;
using namespace std::chrono_literals;

TEST_CASE("A party's fetch of one revision is reported once a minute", "[witnesses]") {
  std::vector<SeenFetch> seen;
  Witnesses witnesses([&](const SeenFetch& fetch) { seen.push_back(fetch); });
  CHECK_FALSE(witnesses.is_looking());
  const std::vector<Party> parties = {{"websub:h", {"HubBot"}, {}}};
  witnesses.adopt(std::make_shared<const Parties>(parties));
  CHECK(witnesses.is_looking());
  const auto start = from_unix_ms(1'795'424'700'000);
  const auto look = [&](const char* agent, Timestamp changed_at, Timestamp now) {
    witnesses.look(agent, ClientAddress(), main_site, "main", Format::rss, changed_at, now);
    return seen.size();
  };
  CHECK(look("Mozilla/5.0", start, start) == 0);
  CHECK(look("hubbot/2.0", start, start) == 1);
  CHECK(seen[0].targets == std::vector<std::string>{"websub:h"});
  CHECK(seen[0].key == "main");
  CHECK(look("HubBot/2.0", start, start + 1s) == 1);
  CHECK(look("HubBot/2.0", start + 1s, start + 1s) == 2);  // another revision
  // It came before it was told, or is told once more: the next fetch is the proof.
  CHECK(look("HubBot/2.0", start, start + 60s) == 3);
}
