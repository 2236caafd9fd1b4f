// SPDX-License-Identifier: Apache-2.0
/// The bytes of a variable in a MAT file, as they lie there or as they are decompressed: both say whether they are all there.
/// Private to mat.cpp.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <string>

#include "base/error.h"
#include "tools/volume/stored_image.h"

namespace crbrt::volume::mat {

/// The bytes [begin, end) of a file, one after the other.
class Bytes {
 public:
  Bytes(const FileSpec& spec, const ByteSource& file, std::uint64_t begin, std::uint64_t end, bool is_swapped)
      : begin_(begin), at_(begin), end_(end), spec_(&spec), file_(&file), is_swapped_(is_swapped) {}
  virtual ~Bytes() = default;

  virtual void take(void* to, std::size_t count) {
    expect_left(count);
    file_->read(at_, to, count);
    at_ += count;
  }
  virtual void skip(std::uint64_t count) {
    expect_left(count);
    at_ += count;
  }
  /// What pads an array; some writers leave it away at the end of a compressed one (matio: behind text).
  virtual void skip_padding(std::uint64_t count) { skip(count); }
  virtual std::uint64_t taken() const noexcept { return at_ - begin_; }

  std::uint32_t word() {
    std::uint32_t number = 0;
    take(&number, sizeof number);
    return is_swapped_ ? __builtin_bswap32(number) : number;
  }
  void expect(bool is_intact) const {
    if (is_intact) return;
    throw base::InputError(spec_->shown, "an intact MAT file",
                           "one that is cut off or damaged (near byte " + std::to_string(at_) + ")");
  }

 protected:
  void expect_left(std::uint64_t count) const { expect(count <= end_ - at_); }

  std::uint64_t begin_, at_, end_;

 private:
  const FileSpec* spec_;
  const ByteSource* file_;
  bool is_swapped_;
};

/// What the bytes of a file become: a compressed variable, whose checksum stands behind its last byte.
class InflatedBytes final : public Bytes {
 public:
  InflatedBytes(const FileSpec& spec, const ByteSource& file, std::uint64_t begin, std::uint64_t end, bool is_swapped)
      : Bytes(spec, file, begin, end, is_swapped) {
    if (::inflateInit(&stream_) != Z_OK) throw std::bad_alloc();
  }
  ~InflatedBytes() override { ::inflateEnd(&stream_); }
  InflatedBytes(const InflatedBytes&) = delete;
  InflatedBytes& operator=(const InflatedBytes&) = delete;

  void take(void* to, std::size_t count) override { expect(inflate_up_to(to, count) == count); }
  void skip(std::uint64_t count) override {
    for (std::array<char, 1 << 15> skipped; count > 0;) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(skipped.size(), count));
      take(skipped.data(), piece);
      count -= piece;
    }
  }
  void skip_padding(std::uint64_t count) override {
    for (std::array<char, 1 << 15> skipped; count > 0 && !is_at_end_;)
      count -= inflate_up_to(skipped.data(), static_cast<std::size_t>(std::min<std::uint64_t>(skipped.size(), count)));
  }
  std::uint64_t taken() const noexcept override { return taken_; }

  /// Nothing lies behind what was taken but the checksum, and zeros up to a multiple of eight bytes.
  void expect_end() {
    std::array<char, 8> rest;
    expect(inflate_up_to(rest.data(), rest.size()) < rest.size() && is_at_end_);
  }

 private:
  std::size_t inflate_up_to(void* to, std::size_t count) {
    std::size_t done = 0;
    while (done < count && !is_at_end_) {
      if (stream_.avail_in == 0 && at_ < end_) refill();  // zlib may hold what it has read of the last bytes
      stream_.next_out = static_cast<Bytef*>(to) + done;
      stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(count - done, 1 << 30));
      const uInt before = stream_.avail_out;
      const int code = ::inflate(&stream_, Z_NO_FLUSH);  // Z_STREAM_END: the checksum was right
      done += before - stream_.avail_out;
      is_at_end_ = code == Z_STREAM_END;
      expect(is_at_end_ || code == Z_OK);
    }
    taken_ += done;
    return done;
  }
  void refill() {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(packed_.size(), end_ - at_));
    Bytes::take(packed_.data(), count);
    stream_.next_in = packed_.data();
    stream_.avail_in = static_cast<uInt>(count);
  }

  z_stream stream_{};
  std::array<Bytef, 1 << 16> packed_{};
  std::uint64_t taken_ = 0;
  bool is_at_end_ = false;
};

}  // namespace crbrt::volume::mat
