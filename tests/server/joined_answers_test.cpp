// A large body and its head in one file, while many ask for them.
#include "joined_answers.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "catch.hpp"

using namespace sosik;

namespace {

struct File {
  explicit File(std::string the_bytes)
      : bytes(std::move(the_bytes)), descriptor(::memfd_create("body", MFD_CLOEXEC)) {}
  ~File() { ::close(descriptor); }
  File(const File&) = delete;
  const std::string bytes;
  const int descriptor;
};

Body in_file(std::string bytes) {
  const auto file = std::make_shared<File>(std::move(bytes));
  return Body(file->bytes, file->descriptor, file);
}

// Keeps bytes, in files or not, and does nothing else.
class Keeper final : public Snapshots {
 public:
  std::shared_ptr<Slot> find(SiteId, std::string_view) const override { return nullptr; }
  Result<std::shared_ptr<Slot>> open(SiteId, std::string_view) override {
    return not_found("none");
  }
  void changed(SiteId, const std::vector<FeedState>&, const std::vector<std::string>&) override {}
  void reset() override {}
  void reset(SiteId) override {}
  SnapshotStatistics statistics() const override { return {}; }
  Body keep(std::string bytes) override {
    ++kept;
    return has_files ? in_file(std::move(bytes)) : Body(std::move(bytes));
  }
  bool has_files = true;
  int kept = 0;
};

struct Asked {
  Keeper keeper;
  JoinedAnswers answers{keeper};
  // What is sent: the head, and after it the body.
  std::pair<std::string, Body> ask(std::string_view head, const Body& body) {
    Response response;
    response.head = head;
    response.body = body;
    answers.join(response);
    return {response.head, response.body};
  }
  bool is_joined(std::string_view head, const Body& body) {
    const auto [sent_head, sent] = ask(head, body);
    CHECK(sent_head + std::string(sent.view()) == std::string(head) + std::string(body.view()));
    return sent_head.empty();
  }
};

const std::string large(60'000, 'x');

}  // namespace

TEST_CASE("An answer that many get in a second goes in one piece, with the same bytes",
          "[server][joined]") {
  Asked asked;
  const Body body = in_file(large);
  for (int i = 1; i < 8; ++i) CHECK_FALSE(asked.is_joined("first second\r\n\r\n", body));
  for (int i = 0; i < 20; ++i) CHECK(asked.is_joined("first second\r\n\r\n", body));
  CHECK(asked.keeper.kept == 1);
  // Another head is another answer.
  CHECK_FALSE(asked.is_joined("next second\r\n\r\n", body));
  CHECK(asked.is_joined("first second\r\n\r\n", body));
  asked.answers.clear();
  CHECK_FALSE(asked.is_joined("first second\r\n\r\n", body));
}

TEST_CASE("What is joined is kept as long as it is on its way", "[server][joined]") {
  Asked asked;
  std::pair<std::string, Body> on_its_way;
  for (int i = 0; i < 10; ++i) on_its_way = asked.ask("head", in_file(large));
  CHECK(on_its_way.first == "head");  // ten bodies, each sent once
  const Body body = in_file(large);
  for (int i = 0; i < 10; ++i) on_its_way = asked.ask("head", body);
  asked.answers.clear();
  CHECK(on_its_way.second.view() == "head" + large);
  CHECK(::lseek(on_its_way.second.descriptor(), 0, SEEK_END) >= 0);  // the file is open
}

TEST_CASE("Small, huge and empty bodies, and those without a file, go as they are",
          "[server][joined]") {
  Asked asked;
  const Body body =
      GENERATE(Body(), Body(std::string("small")), Body(large), in_file(std::string(300'000, 'y')));
  for (int i = 0; i < 20; ++i) CHECK_FALSE(asked.is_joined("head", body));
  CHECK(asked.keeper.kept == 0);
}

TEST_CASE("Where no descriptor is left, answers go in two pieces as before", "[server][joined]") {
  Asked asked;
  asked.keeper.has_files = false;
  const Body body = in_file(large);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(asked.is_joined("head", body));
  CHECK(asked.keeper.kept == 1);  // and it is not tried again for each
}
