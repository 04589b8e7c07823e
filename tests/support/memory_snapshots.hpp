// Snapshots without store and renderers, for tests and measurements of the server: documents are
// bytes that one puts in. A document is "made" on first ask, as in the real ones, and make() can be
// held up or made to fail.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sosik/base/digest.hpp"
#include "sosik/base/timestamp.hpp"
#include "sosik/snapshot/snapshot.hpp"

namespace sosik {

struct MemoryDocument {
  std::string identity;
  std::string gzip;  // empty: this body has no gzip form
  std::string media_type = "application/rss+xml; charset=utf-8";
  std::string location;  // of Content-Location; where it has moved to
  Timestamp changed_at = from_unix_ms(1'795'400'000'000);  // 2026-11-23 02:13:20 UTC
  int status = 200;            // or 301, 410: then `identity` is a short text
  bool is_remembered = false;  // its validators are known before it is made
};

class MemorySnapshots final : public Snapshots {
 public:
  void put(const std::string& key, Format format, MemoryDocument document) {
    put(main_site, key, format, std::move(document));
  }
  void put(SiteId site, const std::string& key, Format format, MemoryDocument document) {
    const std::lock_guard lock(mutex_);
    auto& place = places_[of_site(site, key)];
    if (!place) place = std::make_shared<Place>(key);
    place->documents[format] = std::move(document);
    place->renew();
  }
  // open() finds `key` by this name, too.
  void also(const std::string& spelling, const std::string& key) {
    const std::lock_guard lock(mutex_);
    spellings_[spelling] = key;
  }
  // The thing has gone: open() says not_found.
  void remove(const std::string& key) {
    const std::lock_guard lock(mutex_);
    places_[key]->documents.clear();
    places_[key]->renew();
  }
  // Until release(), whoever makes something waits.
  void hold() {
    const std::lock_guard lock(gate_.mutex);
    gate_.is_held = true;
  }
  void release() {
    const std::lock_guard lock(gate_.mutex);
    gate_.is_held = false;
    gate_.changed.notify_all();
  }
  // Waits until somebody is held up.
  void await_held() {
    std::unique_lock lock(gate_.mutex);
    gate_.changed.wait(lock, [this] { return gate_.waiting > 0; });
  }
  // Called once, on the thread that makes something, when it is made.
  void after_making(std::function<void()> call) {
    const std::lock_guard lock(gate_.mutex);
    gate_.after_making = std::move(call);
  }
  void fail_with(Error error) {
    const std::lock_guard lock(gate_.mutex);
    gate_.failure = std::make_unique<Error>(std::move(error));
  }

  std::shared_ptr<Slot> find(SiteId site, std::string_view key) const override {
    const std::lock_guard lock(mutex_);
    const auto found = opened_.find(of_site(site, key));
    return found == opened_.end() ? nullptr : found->second;
  }
  Result<std::shared_ptr<Slot>> open(SiteId site, std::string_view key) override {
    gate_.pass();
    const std::lock_guard lock(mutex_);
    const auto spelling = spellings_.find(std::string(key));
    const auto found = places_.find(
        of_site(site, spelling == spellings_.end() ? std::string(key) : spelling->second));
    if (found == places_.end() || found->second->documents.empty())
      return not_found("no '" + std::string(key) + "'");
    opened_[found->first] = found->second;
    found->second->open(gate_);
    return std::shared_ptr<Slot>(found->second);
  }
  Body keep(std::string bytes) override { return Body(std::move(bytes)); }
  SnapshotStatistics statistics() const override { return {}; }
  void changed(SiteId, const std::vector<FeedState>&, const std::vector<std::string>&) override {}
  void reset() override {}
  void reset(SiteId) override {}

 private:
  static std::string of_site(SiteId site, std::string_view key) {
    return (site == main_site ? std::string() : std::to_string(site) + '\n') + std::string(key);
  }
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_held = false;
    int waiting = 0;
    std::unique_ptr<Error> failure;
    std::function<void()> after_making;

    void call_after_making() {
      std::function<void()> call;
      {
        const std::lock_guard lock(mutex);
        call.swap(after_making);
      }
      if (call) call();
    }
    void pass() {
      std::unique_lock lock(mutex);
      ++waiting;
      changed.notify_all();
      changed.wait(lock, [this] { return !is_held; });
      --waiting;
    }
    Result<void> check() {
      const std::lock_guard lock(mutex);
      if (failure) return *failure;
      return {};
    }
  };

  using Documents = std::map<Format, MemoryDocument>;

  class Stored final : public Snapshot {
   public:
    Stored(Documents documents, Gate& gate) : documents_(std::move(documents)), gate_(gate) {
      for (const auto& [format, document] : documents_) {
        if (!document.is_remembered) continue;
        for (Coding coding : {Coding::identity, Coding::gzip}) {
          auto& remembered = remembered_[index(format, coding)];
          remembered = spell(document, coding);
          remembered->head.clear();
          remembered->body = Body();
        }
      }
    }

    const Representation* find(Format format, Coding coding) const noexcept override {
      return made_[index(format, coding)].load(std::memory_order_acquire);
    }
    const Representation* known(Format format, Coding coding) const noexcept override {
      const Representation* found = find(format, coding);
      return found ? found : remembered_[index(format, coding)].get();
    }
    Result<const Representation*> make(Format format, Coding coding) override {
      if (auto passed = gate_.check(); !passed) return passed.error();
      const std::lock_guard lock(mutex_);
      const auto found = documents_.find(format);
      if (found == documents_.end()) return not_found("no such format");
      const MemoryDocument& document = found->second;
      const Coding own =
          coding == Coding::gzip && !document.gzip.empty() ? Coding::gzip : Coding::identity;
      auto& kept = kept_[index(format, own)];
      if (!kept) kept = spell(document, own);
      made_[index(format, own)].store(kept.get(), std::memory_order_release);
      made_[index(format, coding)].store(kept.get(), std::memory_order_release);
      gate_.call_after_making();
      return kept.get();
    }

   private:
    static std::size_t index(Format format, Coding coding) {
      return static_cast<std::size_t>(format) * coding_count + static_cast<std::size_t>(coding);
    }
    // Large ones in a file, as the real ones.
    static Body body_of(const std::string& bytes) {
      constexpr std::size_t large = 32 * 1024;
      if (bytes.size() <= large) return Body(bytes);
      struct File {
        explicit File(std::string the_bytes)
            : bytes(std::move(the_bytes)), descriptor(::memfd_create("body", MFD_CLOEXEC)) {
          const std::string_view all = bytes;
          for (std::size_t done = 0; done < all.size();) {
            const ssize_t wrote = ::write(descriptor, all.data() + done, all.size() - done);
            if (wrote <= 0) throw std::runtime_error("MemorySnapshots: cannot write a body");
            done += static_cast<std::size_t>(wrote);
          }
        }
        ~File() { ::close(descriptor); }
        File(const File&) = delete;
        const std::string bytes;
        const int descriptor;
      };
      auto file = std::make_shared<const File>(bytes);
      return Body(file->bytes, file->descriptor, file);
    }
    static std::unique_ptr<Representation> spell(const MemoryDocument& document, Coding coding) {
      auto r = std::make_unique<Representation>();
      if (document.status != 200) {
        r->status = document.status;
        r->body = Body(document.identity);
        if (document.status == 301) r->head = "Location: " + document.location + "\r\n";
        r->head += "Cache-Control: public, max-age=300\r\nContent-Type: text/plain\r\n";
        r->head += "Content-Length: " + std::to_string(r->body.size()) + "\r\n\r\n";
        return r;
      }
      const bool is_gzip = coding == Coding::gzip;
      r->coding = coding;
      r->body = body_of(is_gzip ? document.gzip : document.identity);
      r->etag_hash = hash64_hex(document.identity);
      r->etag = '"' + r->etag_hash + (is_gzip ? "-gzip\"" : "-identity\"");
      r->changed_at = document.changed_at;
      if (document.changed_at != never)
        r->last_modified = "Last-Modified: " + http_date(document.changed_at) + "\r\n";
      if (!document.location.empty())
        r->content_location = "Content-Location: " + document.location + "\r\n";
      const std::string shared = "ETag: " + r->etag +
                                 "\r\nCache-Control: public, max-age=300, "
                                 "stale-while-revalidate=60, stale-if-error=86400\r\n"
                                 "Link: <https://blog.example/rss.xml>; rel=\"self\"\r\n"
                                 "Access-Control-Allow-Origin: *\r\n"
                                 "Access-Control-Expose-Headers: ETag, Link, Retry-After\r\n"
                                 "X-Content-Type-Options: nosniff\r\n";
      r->head = "Content-Type: " + document.media_type +
                "\r\nContent-Length: " + std::to_string(r->body.size()) + "\r\n" +
                (is_gzip ? "Content-Encoding: gzip\r\n" : "") + shared + "\r\n";
      r->head_304 = shared + "\r\n";
      return r;
    }

    const Documents documents_;
    Gate& gate_;
    std::mutex mutex_;
    std::array<std::unique_ptr<Representation>, format_count * coding_count> kept_, remembered_;
    std::array<std::atomic<const Representation*>, format_count * coding_count> made_{};
  };

  class Place final : public Slot {
   public:
    explicit Place(std::string key) : key_(std::move(key)) {}

    Documents documents;  // under the mutex of MemorySnapshots

    void renew() {
      const std::lock_guard lock(mutex_);
      current_.reset();
      version_.fetch_add(1);
    }
    void open(Gate& gate) {
      const std::lock_guard lock(mutex_);
      if (current_) return;
      current_ = std::make_shared<Stored>(documents, gate);
      version_.fetch_add(1);
    }
    std::shared_ptr<Snapshot> current() const override {
      const std::lock_guard lock(mutex_);
      return current_;
    }
    const std::string& key() const noexcept override { return key_; }

   private:
    const std::string key_;
    mutable std::mutex mutex_;
    std::shared_ptr<Snapshot> current_;
  };

  mutable std::mutex mutex_;
  mutable Gate gate_;
  std::map<std::string, std::shared_ptr<Place>> places_, opened_;
  std::map<std::string, std::string> spellings_;
};

}  // namespace sosik
