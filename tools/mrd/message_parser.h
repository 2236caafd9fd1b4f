// SPDX-License-Identifier: Apache-2.0
/// Messages out of bytes that come in pieces of any size, without a socket: it says where the next bytes go, so that the
/// numbers of an image are copied once, from the socket to where they stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "tools/mrd/message.h"

namespace crbrt::mrd {

class MessageParser {
 public:
  /// `admit` looks at an image before its numbers come, and throws Refusal where they are not wanted. `most_bytes`: of the
  /// numbers of an image.
  MessageParser(MemoryBudget& budget, std::size_t most_bytes, std::function<void(const ImageHeader&)> admit);

  /// Where the next bytes go; never empty.
  std::span<std::byte> wanted();

  /// n bytes of wanted() have come; n is at most its size. True when a message is whole, which take() hands over before more
  /// comes. Throws Refusal for what is no message, is too long, or is not admitted; then nothing more may come.
  bool advance(std::size_t n);
  Message take();

  /// Whether the next byte begins a message.
  bool is_between() const noexcept { return stage_ == Stage::id && filled_ == 0; }

 private:
  enum class Stage { id, fixed, text, numbers, skipped, whole };

  bool finish_stage();
  bool begin_message();
  bool finish_fixed();
  bool begin_text(std::uint64_t length);
  bool finish_text();
  bool begin_skipped(std::uint64_t bytes);
  void expect_fixed(std::size_t bytes);
  void count(std::size_t bytes);

  MemoryBudget& budget_;
  const std::size_t most_bytes_;
  const std::function<void(const ImageHeader&)> admit_;

  Stage stage_ = Stage::id;
  std::vector<std::byte> fixed_;  ///< id, or what has a fixed size behind it
  std::size_t filled_ = 0;        ///< bytes of this stage that have come
  std::uint64_t length_ = 0;      ///< bytes of this stage: text, numbers, skipped
  Message message_;
};

}  // namespace crbrt::mrd
