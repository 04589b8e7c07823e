// claims URL BATCH COUNT CLIENTS: that many nodes claim deliveries from the store and record them
// as delivered, until COUNT are. Prints how many were, and the seconds that it took. COUNT 0 only
// makes the schema.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "sosik/store/ledger.hpp"
#include "sosik/store/store.hpp"

namespace {

using namespace sosik;

// As many as one claim gave.
std::size_t work_off(Ledger& ledger, const std::string& owner, std::size_t batch) {
  const Timestamp now =
      std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  const auto claimed = ledger.claim_deliveries(owner, now, std::chrono::seconds(60), batch).value();
  std::vector<AttemptRecord> records;
  for (const Delivery& d : claimed) {
    AttemptRecord r = AttemptRecord::of(d);
    r.outcome = {DeliveryState::delivered, now};
    r.attempt.number = d.attempts;
    r.attempt.at = now;
    r.attempt.latency = std::chrono::milliseconds(5);
    r.attempt.status = 204;
    records.push_back(std::move(r));
  }
  if (!records.empty()) ledger.record_attempts(records, now, std::chrono::hours(120)).value();
  return claimed.size();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: claims URL BATCH COUNT CLIENTS\n", stderr);
    return 2;
  }
  const auto batch = static_cast<std::size_t>(std::atoi(arguments[2]));
  const auto wanted = static_cast<std::size_t>(std::atoi(arguments[3]));
  std::vector<std::unique_ptr<Store>> stores;
  for (int i = 0; i < std::atoi(arguments[4]); ++i)
    stores.push_back(open_store(arguments[1]).value());
  std::atomic<std::size_t> done = 0;
  const auto began = std::chrono::steady_clock::now();
  {
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < stores.size(); ++i)
      clients.emplace_back([&, i] {
        while (done < wanted)
          done += work_off(stores[i]->ledger(), "node" + std::to_string(i), batch);
      });
    for (auto& client : clients) client.join();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::printf("%zu %.6f\n", done.load(), took.count());
}
