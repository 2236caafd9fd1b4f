// SPDX-License-Identifier: Apache-2.0
// A stage is a piece of known size. Texts grow as they come, and memory counts as it comes: what a length announces costs
// nothing.
#include "tools/mrd/message_parser.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace crbrt::mrd {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;  // of texts, and of what is skipped
constexpr std::size_t numbers_piece_bytes = std::size_t{8} << 20;
constexpr std::size_t image_overhead = 1024;  // what an image of one voxel takes beside its number

template <class T>
T number_at(const std::vector<std::byte>& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

/// Texts are ended by a 0 where there is one.
void cut_at_zero(std::string& text) { text.resize(std::min(text.size(), text.find('\0'))); }

}  // namespace

MessageParser::MessageParser(MemoryBudget& budget, std::size_t most_bytes, std::function<void(const ImageHeader&)> admit)
    : budget_(budget), most_bytes_(most_bytes), admit_(std::move(admit)) {
  expect_fixed(sizeof(MessageId));
}

std::span<std::byte> MessageParser::wanted() {
  const auto rest = static_cast<std::size_t>(length_) - filled_;
  switch (stage_) {
    case Stage::text: {
      message_.text.resize(filled_ + std::min(rest, piece_bytes));
      return std::as_writable_bytes(std::span(message_.text)).subspan(filled_);
    }
    case Stage::numbers: return {message_.numbers.bytes.get() + filled_, std::min(rest, numbers_piece_bytes)};
    case Stage::skipped: return std::span(fixed_).first(std::min(rest, fixed_.size()));
    default: return std::span(fixed_).subspan(filled_);
  }
}

bool MessageParser::advance(std::size_t n) {
  if (stage_ == Stage::text || stage_ == Stage::numbers) count(n);
  filled_ += n;
  const bool is_fixed = stage_ == Stage::id || stage_ == Stage::fixed;
  if (filled_ < (is_fixed ? fixed_.size() : length_)) return false;
  if (!finish_stage()) return false;
  stage_ = Stage::whole;
  return true;
}

Message MessageParser::take() {
  Message message = std::exchange(message_, {});
  stage_ = Stage::id;
  expect_fixed(sizeof(MessageId));
  return message;
}

bool MessageParser::finish_stage() {
  switch (stage_) {
    case Stage::id: return begin_message();
    case Stage::fixed: return finish_fixed();
    case Stage::text: return finish_text();
    default: return true;
  }
}

/// True where nothing follows.
bool MessageParser::begin_message() {
  message_.memory = Lease(&budget_);
  message_.id = static_cast<MessageId>(number_at<std::uint16_t>(fixed_, 0));
  stage_ = Stage::fixed;
  switch (message_.id) {
    case MessageId::config_file: expect_fixed(config_name_bytes); return false;
    case MessageId::config_text:
    case MessageId::header:
    case MessageId::text: expect_fixed(sizeof(std::uint32_t)); return false;
    case MessageId::close: return true;
    case MessageId::image: expect_fixed(sizeof(ImageHeader) + sizeof(std::uint64_t)); return false;
    case MessageId::waveform: expect_fixed(waveform_head_bytes); return false;
    case MessageId::acquisition:
      throw Refusal("expected images of coefficients (messages 1022), found k-space (1008), which is not reconstructed here");
  }
  throw Refusal("expected a message of MRD, found the number " + std::to_string(static_cast<unsigned>(message_.id)));
}

bool MessageParser::finish_fixed() {
  switch (message_.id) {
    case MessageId::config_file:
      message_.text.assign(reinterpret_cast<const char*>(fixed_.data()), fixed_.size());
      cut_at_zero(message_.text);
      return true;
    case MessageId::image:
      std::memcpy(&message_.image, fixed_.data(), sizeof(ImageHeader));
      return begin_text(number_at<std::uint64_t>(fixed_, sizeof(ImageHeader)));
    case MessageId::waveform:  // number_of_samples, channels
      return begin_skipped(std::uint64_t{sizeof(std::uint32_t)} * number_at<std::uint16_t>(fixed_, 28) *
                           number_at<std::uint16_t>(fixed_, 30));
    default: return begin_text(number_at<std::uint32_t>(fixed_, 0));
  }
}

bool MessageParser::begin_text(std::uint64_t length) {
  if (length > most_text_bytes)
    throw Refusal("expected a text of at most " + std::to_string(most_text_bytes) + " bytes, found one of " +
                  std::to_string(length));
  stage_ = Stage::text;
  filled_ = 0;
  length_ = length;
  return length == 0 && finish_text();
}

/// True unless numbers follow.
bool MessageParser::finish_text() {
  cut_at_zero(message_.text);
  if (message_.id != MessageId::image) return true;
  const std::size_t bytes = bytes_of_image(message_.image, most_bytes_);
  if (admit_) admit_(message_.image);
  count(image_overhead);
  message_.numbers = make_block(bytes);
  stage_ = Stage::numbers;
  filled_ = 0;
  length_ = bytes;
  return false;
}

bool MessageParser::begin_skipped(std::uint64_t bytes) {
  if (bytes > most_bytes_)
    throw Refusal("waveform: expected at most the bytes of --largest-volume, found " + std::to_string(bytes));
  stage_ = Stage::skipped;
  filled_ = 0;
  length_ = bytes;
  fixed_.resize(piece_bytes);
  return bytes == 0;
}

void MessageParser::expect_fixed(std::size_t bytes) {
  fixed_.assign(bytes, {});
  filled_ = 0;
}

void MessageParser::count(std::size_t bytes) {
  if (!message_.memory.add(bytes))
    throw Refusal("the server holds as much as it may (--memory, " + std::to_string(budget_.most() >> 20) +
                  " MiB over all connections); try again later");
}

}  // namespace crbrt::mrd
