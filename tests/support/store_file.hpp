// A post store in a temporary folder, and another program that writes to it: the sqlite3 command.
#pragma once
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "sosik/store/store.hpp"
#include "sosik/store/syndication_store.hpp"
#include "temp_dir.hpp"

namespace sosik {

struct ShellAnswer {
  int exit_code = -1;
  std::string output;  // what it printed, errors too
};

class StoreFile {
 public:
  StoreFile() : path_(dir_ / "posts.db") {}

  const TempDir& dir() const { return dir_; }
  std::string path() const { return path_.string(); }
  std::string url() const { return "sqlite:" + path(); }
  std::unique_ptr<Store> open() const { return open_store(url()).value(); }

  // Runs `sql` in a process of its own, as another program would: one connection, stops at the
  // first error.
  ShellAnswer try_shell(const std::string& sql) const {
    const auto script = dir_ / "script.sql";
    std::ofstream(script) << ".timeout 5000\n" << sql << "\n";
    const std::string command = "sqlite3 -bail '" + path() + "' < '" + script.string() + "' 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run sqlite3");
    ShellAnswer answer;
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      answer.output.append(buffer, n);
    const int status = ::pclose(pipe);
    answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return answer;
  }
  // The same, and it must succeed. What it printed, without the last newline.
  std::string shell(const std::string& sql) const {
    ShellAnswer answer = try_shell(sql);
    if (answer.exit_code != 0) throw std::runtime_error("sqlite3: " + answer.output);
    if (answer.output.ends_with('\n')) answer.output.pop_back();
    return answer.output;
  }

 private:
  TempDir dir_;
  std::filesystem::path path_;
};

}  // namespace sosik
