// The certificate and key in force: read at start, again on SIGHUP, for connections from then on.
// Any thread.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sosik/base/result.hpp"
#include "sosik/net/tls_channel.hpp"

namespace sosik {

class CurrentTls {
 public:
  CurrentTls(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}

  // Fails with invalid, naming the file, and keeps what it has. Nothing to do without files.
  Result<void> reload() {
    if (certificate_file_.empty()) return {};
    auto fresh = TlsServerContext::load(certificate_file_, key_file_);
    if (!fresh) return fresh.error();
    const std::lock_guard lock(mutex_);
    context_ = std::move(*fresh);
    return {};
  }
  // For a connection that was just accepted. After the first reload().
  std::unique_ptr<TlsChannel> channel(int socket) { return current()->channel(socket); }

  // Nothing without files.
  std::optional<Timestamp> expires_at() const {
    const auto context = current();
    return context ? std::optional(context->expires_at()) : std::nullopt;
  }

 private:
  std::shared_ptr<TlsServerContext> current() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }

  const std::string certificate_file_, key_file_;
  mutable std::mutex mutex_;
  std::shared_ptr<TlsServerContext> context_;  // protected by mutex_
};

}  // namespace sosik
