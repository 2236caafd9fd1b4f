// SPDX-License-Identifier: Apache-2.0
// Messages in pieces of any size, and bytes that are none.
#include "tools/mrd/message_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "tests/tools/mrd/mrd_messages.h"

namespace crbrt::tests {
namespace {

using mrd::MessageId;
using mrd::MessageParser;
using mrd::Refusal;

constexpr std::size_t plenty = std::size_t{1} << 20;

/// All messages of these bytes, which come in pieces of at most `piece`.
std::vector<mrd::Message> parse(const std::string& bytes, std::size_t piece = plenty, std::size_t most = plenty,
                                std::size_t budget_bytes = 16 * plenty) {
  mrd::MemoryBudget budget(budget_bytes);
  std::vector<mrd::Message> messages;
  MessageParser parser(budget, most, nullptr);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::span<std::byte> wanted = parser.wanted();
    const std::size_t n = std::min({wanted.size(), piece, bytes.size() - at});
    std::memcpy(wanted.data(), bytes.data() + at, n);
    at += n;
    if (parser.advance(n)) messages.push_back(parser.take());
  }
  for (mrd::Message& message : messages) message.memory = mrd::Lease();  // before its budget goes
  return messages;
}

std::string refusal_of(const std::string& bytes, std::size_t most = plenty, std::size_t budget = 16 * plenty) {
  try {
    parse(bytes, plenty, most, budget);
  } catch (const Refusal& refusal) {
    return refusal.what();
  }
  return "";
}

TEST(MrdMessages, AreTheSameInPiecesOfAnySize) {
  const auto header = image_header(3, 2, 1, 2);
  const std::string bytes = config_file("brain") + text_of(MessageId::header, "<xml/>") +
                            text_of(MessageId::text, std::string("a\0b", 3)) + image(header, numbers_of(header), "<meta/>") +
                            bytes_of(MessageId::close);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, plenty}) {
    const auto messages = parse(bytes, piece);
    ASSERT_EQ(messages.size(), 5u);
    EXPECT_EQ(messages[0].text, "brain");
    EXPECT_EQ(messages[1].text, "<xml/>");
    EXPECT_EQ(messages[2].text, "a") << "a text ends at its first 0";
    EXPECT_EQ(messages[3].text, "<meta/>");
    EXPECT_EQ(std::memcmp(&messages[3].image.matrix_size, header.matrix_size, 6), 0);
    ASSERT_EQ(messages[3].numbers.size, 96u);
    EXPECT_EQ(std::memcmp(messages[3].numbers.bytes.get(), numbers_of(header).data(), 96), 0);
    EXPECT_EQ(messages[4].id, MessageId::close);
  }
}

TEST(MrdMessages, OfWaveformsAreSkippedWhole) {
  std::string waveform(mrd::waveform_head_bytes, '\0');
  waveform[28] = 100, waveform[30] = 3;  // samples, channels
  const auto messages =
      parse(bytes_of(MessageId::waveform) + waveform + std::string(4 * 300, 'x') + bytes_of(MessageId::close), 7);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[1].id, MessageId::close);
}

TEST(MrdMessages, OfTheWrongKindAreRefused) {
  EXPECT_NE(refusal_of(bytes_of(MessageId::acquisition)).find("k-space (1008)"), std::string::npos);
  EXPECT_NE(refusal_of(bytes_of(std::uint16_t{4711})).find("found the number 4711"), std::string::npos);
}

TEST(MrdMessages, ThatAnnounceTooMuchAreRefusedBeforeItComes) {
  EXPECT_NE(refusal_of(bytes_of(MessageId::text) + bytes_of(std::uint32_t{0xffffffff})).find("4294967295"), std::string::npos);
  auto header = image_header(65535, 65535, 65535, 65535);
  header.data_type = ISMRMRD::ISMRMRD_CXDOUBLE;  // 2^68 bytes
  EXPECT_NE(refusal_of(mrd::head_of_image(header, "")).find("--largest-volume"), std::string::npos);
  std::string image_bytes = mrd::head_of_image(image_header(1, 1, 1, 1), "");
  image_bytes.replace(image_bytes.size() - 8, 8, 8, '\xff');  // the length of its attributes
  EXPECT_NE(refusal_of(image_bytes).find("18446744073709551615"), std::string::npos);
}

TEST(MrdMessages, OfUnknownTypesAndEmptyImagesAreRefused) {
  auto header = image_header(1, 1, 1, 1);
  header.data_type = 9;
  EXPECT_NE(refusal_of(mrd::head_of_image(header, "")).find("found 9"), std::string::npos);
  EXPECT_NE(refusal_of(mrd::head_of_image(image_header(4, 0, 1, 1), "")).find("found 0"), std::string::npos);
}

TEST(MrdMessages, TakeMemoryAsTheyComeAndGiveItBack) {
  mrd::MemoryBudget budget(plenty);
  {
    MessageParser parser(budget, plenty, nullptr);
    const auto header = image_header(64, 64, 1, 4);
    const std::string head = mrd::head_of_image(header, "");
    for (std::size_t at = 0; at < head.size();) {
      const auto wanted = parser.wanted();
      std::memcpy(wanted.data(), head.data() + at, wanted.size());
      at += wanted.size();
      parser.advance(wanted.size());
    }
    EXPECT_LT(budget.used(), 4096u) << "what is announced counts nothing";
    parser.wanted();
    parser.advance(10000);
    EXPECT_GE(budget.used(), 10000u);
  }
  EXPECT_EQ(budget.used(), 0u);
  const auto header = image_header(64, 64, 1, 4);
  EXPECT_NE(refusal_of(image(header, numbers_of(header)), plenty, 100000).find("--memory"), std::string::npos);
}

}  // namespace
}  // namespace crbrt::tests
