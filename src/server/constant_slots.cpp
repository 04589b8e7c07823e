#include "constant_slots.hpp"

#include "sosik/base/digest.hpp"
#include "sosik/render/render.hpp"

namespace sosik {

namespace {

class ConstantDocument final : public Snapshot {
 public:
  ConstantDocument(std::string_view content_type, std::string bytes) {
    Representation& r = representation_;
    r.body = Body(std::move(bytes));
    r.etag_hash = hash64_hex(r.body.view());
    r.etag = '"' + r.etag_hash + "-identity\"";
    r.changed_at = never;
    const std::string shared = "ETag: " + r.etag +
                               "\r\nCache-Control: public, max-age=3600\r\n"
                               "Access-Control-Allow-Origin: *\r\n"
                               "X-Content-Type-Options: nosniff\r\n";
    r.head = "Content-Type: " + std::string(content_type) +
             "; charset=utf-8\r\nContent-Length: " + std::to_string(r.body.size()) + "\r\n" +
             shared + "\r\n";
    r.head_304 = shared + "\r\n";
  }
  const Representation* find(Format, Coding) const noexcept override { return &representation_; }
  const Representation* known(Format, Coding) const noexcept override { return &representation_; }
  Result<const Representation*> make(Format, Coding) override { return &representation_; }

 private:
  Representation representation_;
};

class ConstantSlot final : public Slot {
 public:
  ConstantSlot(std::string key, std::shared_ptr<Snapshot> snapshot)
      : key_(std::move(key)), snapshot_(std::move(snapshot)) {}
  std::shared_ptr<Snapshot> current() const override { return snapshot_; }
  const std::string& key() const noexcept override { return key_; }

 private:
  const std::string key_;
  std::shared_ptr<Snapshot> snapshot_;
};

}  // namespace

std::shared_ptr<Slot> style_sheet_slot() {
  static const std::shared_ptr<Slot> slot = std::make_shared<ConstantSlot>(
      "style.css", std::make_shared<ConstantDocument>("text/css", std::string(style_sheet())));
  return slot;
}

std::shared_ptr<Slot> indexnow_key_slot(std::string_view key) {
  return std::make_shared<ConstantSlot>(
      std::string(key) + ".txt",
      std::make_shared<ConstantDocument>("text/plain", std::string(key)));
}

}  // namespace sosik
