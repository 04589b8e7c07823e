// Collects what is wrong with one document.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sosik/render/gate.hpp"

namespace sosik {

class Lint {
 public:
  std::vector<Finding> findings;

  // What follows is about this entry, until leave_entry().
  void enter_entry(std::size_t index) { entry_ = index; }
  void name_entry(std::string_view id);
  void leave_entry() { entry_.reset(), entry_id_.clear(); }

  void report(std::size_t line, std::string element, std::string_view rule, std::string reason);
  void accept(std::size_t line, std::string element, std::string_view rule, std::string reason);

 private:
  std::optional<std::size_t> entry_;
  std::string entry_id_;
};

}  // namespace sosik
