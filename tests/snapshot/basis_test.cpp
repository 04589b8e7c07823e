#include "basis.hpp"

#include "blog_fixture.hpp"

using namespace sosik;
using sosik::testing::small_plan;

namespace {

struct Case {
  SyndicationPlan plan = small_plan();
  FeedDefinition definition = plan.definitions.front();
  FeedState state;

  Case() {
    state.key = "main";
    state.revision = 7;
    state.changed_at = from_unix_ms(1'795'424'709'000);
    state.total = 3;
    state.format_version = format_version;
    settle();
  }
  void settle() { state.definition_hash = definition_hash(plan.site, definition, plan.derived); }
  std::string basis() const { return basis_of(plan, definition, state); }
};

}  // namespace

TEST_CASE("Whatever a document hangs on besides its revision is in the basis",
          "[snapshot][basis][H-091]") {
  const Case before;
  CHECK(Case().basis() == before.basis());
  const auto [what, change] = GENERATE(table<std::string, void (*)(Case&)>({
      {"site", [](Case& c) { c.plan.site.title += "!"; }},
      {"hubs", [](Case& c) { c.plan.site.hubs.clear(); }},
      {"definition", [](Case& c) { c.definition.title = "개발"; }},
      {"limit", [](Case& c) { c.definition.limit = 7; }},
      {"derived feeds", [](Case& c) { c.plan.derived.tags = false; }},
      {"label", [](Case& c) { c.state.label = "개발"; }},
      {"second", [](Case& c) { c.state.changed_at += std::chrono::seconds(1); }},
      {"total", [](Case& c) { c.state.total = 4; }},
  }));
  INFO(what);
  Case after;
  change(after);
  CHECK(after.basis() != before.basis());
}

TEST_CASE("Another build does not vouch for this one's bytes", "[snapshot][basis]") {
  const Case c;
  CHECK(basis_of(c.plan, c.definition, c.state, program_id()) == c.basis());
  CHECK(basis_of(c.plan, c.definition, c.state, "another build") != c.basis());
}

TEST_CASE("A feed is settled when a refresh would leave it as it is", "[snapshot][basis][H-117]") {
  Case c;
  CHECK(is_settled(c.plan, c.definition, c.state));
  SECTION("not under another definition") {
    c.definition.title = "개발";
    CHECK(!is_settled(c.plan, c.definition, c.state));
    c.settle();
    CHECK(is_settled(c.plan, c.definition, c.state));
  }
  SECTION("not when an older program made it") {
    c.state.format_version = format_version - 1;
    CHECK(!is_settled(c.plan, c.definition, c.state));
  }
  SECTION("but when a newer one did") {
    c.state.format_version = format_version + 1;
    CHECK(is_settled(c.plan, c.definition, c.state));
  }
}

TEST_CASE("A tag speaks for its own revision and basis only, and only when it is whole",
          "[snapshot][basis]") {
  const Case c;
  DocumentTag good;
  good.revision = c.state.revision;
  good.basis = c.basis();
  good.etag_hash = "0123456789abcdef";
  good.size = 100;
  CHECK(speaks_for(good, c.state, c.basis()));
  const auto [what, change] = GENERATE(table<std::string, void (*)(DocumentTag&)>({
      {"older", [](DocumentTag& t) { --t.revision; }},
      {"newer", [](DocumentTag& t) { ++t.revision; }},
      {"other basis", [](DocumentTag& t) { t.basis[0] ^= 1; }},
      {"no basis", [](DocumentTag& t) { t.basis.clear(); }},
      {"no hash", [](DocumentTag& t) { t.etag_hash.clear(); }},
      {"long hash", [](DocumentTag& t) { t.etag_hash += "0"; }},
      {"a hash that is none", [](DocumentTag& t) { t.etag_hash[3] = '"'; }},
      {"no bytes", [](DocumentTag& t) { t.size = 0; }},
      {"no format", [](DocumentTag& t) { t.format = static_cast<Format>(9); }},
  }));
  INFO(what);
  DocumentTag bad = good;
  change(bad);
  CHECK(!speaks_for(bad, c.state, c.basis()));
}
