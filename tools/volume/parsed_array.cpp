// SPDX-License-Identifier: Apache-2.0
// The child is kept as long as it is read from its beginning to its end; going back starts another one.
#include "tools/volume/parsed_array.h"

#include <algorithm>
#include <array>
#include <mutex>

#include "base/error.h"

namespace crbrt::volume {
namespace {

constexpr std::uint64_t most_dimensions = 64, most_notes = 64;

ArrayHeader receive(base::GuardedReader& reader, const std::string& shown) {
  ArrayHeader header;
  const auto n_dimension = reader.read_number<std::uint64_t>();
  if (n_dimension > most_dimensions) throw base::InputError(shown, "an array", std::to_string(n_dimension) + " dimensions");
  for (std::uint64_t i = 0; i < n_dimension; ++i)
    header.extents.push_back(static_cast<std::size_t>(reader.read_number<std::uint64_t>()));
  header.element = reader.read_number<Element>();
  header.slope = reader.read_number<double>();
  header.intercept = reader.read_number<double>();
  header.is_either_way = reader.read_number<bool>();
  const auto n_note = std::min(reader.read_number<std::uint64_t>(), most_notes);
  for (std::uint64_t i = 0; i < n_note; ++i) header.notes.push_back(reader.read_text());
  return header;
}

class ParsedBytes final : public ByteSource {
 public:
  ParsedBytes(FileSpec spec, const char* library, ParseArray parse)
      : spec_(std::move(spec)), library_(library), parse_(parse) {}

  ArrayHeader start() const {
    reader_ = std::make_unique<base::GuardedReader>(spec_.shown, library_,
                                                    [this](const base::GuardedSender& sender) { parse_(spec_, sender); });
    at_ = 0;
    return receive(*reader_, spec_.shown);
  }

  bool is_sequential() const noexcept override { return true; }

  void read(std::uint64_t offset, void* to, std::size_t count) const override {
    const std::lock_guard lock(mutex_);
    if (!reader_ || offset < at_) start();
    std::array<char, 1 << 15> skipped;
    while (at_ < offset) take(skipped.data(), static_cast<std::size_t>(std::min<std::uint64_t>(skipped.size(), offset - at_)));
    take(to, count);
  }

 private:
  void take(void* to, std::size_t count) const {
    reader_->read(to, count);
    at_ += count;
  }

  FileSpec spec_;
  const char* library_;
  ParseArray parse_;
  mutable std::unique_ptr<base::GuardedReader> reader_;
  mutable std::uint64_t at_ = 0;
  mutable std::mutex mutex_;
};

}  // namespace

void send(const base::GuardedSender& sender, const ArrayHeader& header) {
  sender.send(std::uint64_t{header.extents.size()});
  for (const std::size_t extent : header.extents) sender.send(std::uint64_t{extent});
  sender.send(header.element);
  sender.send(header.slope);
  sender.send(header.intercept);
  sender.send(header.is_either_way);
  sender.send(std::uint64_t{header.notes.size()});
  for (const std::string& note : header.notes) sender.send(note);
}

StoredImage open_parsed(const FileSpec& spec, const char* library, ParseArray parse) {
  auto bytes = std::make_shared<ParsedBytes>(spec, library, parse);
  ArrayHeader header = bytes->start();
  StoredImage image{spec,
                    std::move(header.extents),
                    {header.element, false, header.slope, header.intercept},
                    {},
                    bytes,
                    0,
                    std::move(header.notes),
                    header.is_either_way};
  image.n_element();  // throws for extents that overflow
  return image;
}

std::string describe(const std::vector<std::size_t>& extents, const std::string& kind) {
  return extents.empty() ? kind : text(extents) + (kind.empty() ? "" : " " + kind);
}

void expect_room(const FileSpec& spec, const std::vector<std::size_t>& extents, std::size_t element_bytes, std::uint64_t held) {
  constexpr std::uint64_t largest_ratio = 1032;
  StoredImage image;
  image.spec = spec, image.extents = extents;
  const std::uint64_t promised = image.n_element() * element_bytes;
  if (promised / largest_ratio <= held) return;
  throw base::InputError(spec.shown, std::to_string(promised) + " bytes (" + text(extents) + ")",
                         "a file of " + std::to_string(held) + " bytes");
}

}  // namespace crbrt::volume
