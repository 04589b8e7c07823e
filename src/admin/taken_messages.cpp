#include "taken_messages.hpp"

#include <chrono>

namespace sosik::admin {
namespace {

// A message is good for five minutes before its timestamp and five after it (credentials.cpp).
constexpr std::chrono::minutes memory{11};

}  // namespace

std::optional<ApiAnswer> TakenMessages::begin(const std::string& id, Timestamp now) {
  while (!order_.empty() && order_.front().first <= now) {
    const auto [until, old] = order_.front();
    order_.pop_front();
    const auto found = taken_.find(old);  // or it came to nothing, and perhaps began anew
    if (found != taken_.end() && found->second.until == until) taken_.erase(found);
  }
  if (const auto known = taken_.find(id); known != taken_.end()) {
    if (!known->second.answer) return problem(409, "this message is being taken just now");
    return known->second.answer;
  }
  taken_[id].until = now + memory;
  order_.emplace_back(now + memory, id);
  return std::nullopt;
}

void TakenMessages::end(const std::string& id, const ApiAnswer& answer) {
  if (answer.problem) return forget(id);
  auto body = Json::parse(answer.body);
  body["outcome"] = "unchanged";
  taken_[id].answer = admin::answer(200, body);
}

}  // namespace sosik::admin
