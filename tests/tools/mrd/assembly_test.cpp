// SPDX-License-Identifier: Apache-2.0
// Coefficients of slices and volumes in any order, and images that do not belong to them.
#include "tools/mrd/assembly.h"

#include <gtest/gtest.h>

#include "tests/tools/mrd/mrd_messages.h"

namespace crbrt::tests {
namespace {

using mrd::Assembly;
using mrd::Dimension;
using mrd::Refusal;

mrd::Message message_of(const mrd::ImageHeader& header, float first) {
  mrd::Message message;
  message.id = mrd::MessageId::image;
  message.image = header;
  message.text = "attributes " + std::to_string(header.contrast);
  const std::vector<float> numbers = numbers_of(header, first);
  message.numbers = mrd::make_block(numbers.size() * sizeof(float));
  std::memcpy(message.numbers.bytes.get(), numbers.data(), message.numbers.size);
  return message;
}

std::optional<mrd::CoefficientGroup> add(Assembly& assembly, const mrd::ImageHeader& header, float first = 1) {
  assembly.expect(header);
  return assembly.add(message_of(header, first));
}

mrd::ImageHeader contrast(std::uint16_t index, std::uint16_t slice = 0) {
  auto header = image_header(4, 3, 1, 1);
  header.contrast = index;
  header.slice = slice;
  return header;
}

float number_at(const mrd::Plane& plane, std::size_t i) {
  float number;
  std::memcpy(&number, plane.numbers + i * sizeof(number), sizeof(number));
  return number;
}

std::string refusal_of(const Assembly& assembly, const mrd::ImageHeader& header) {
  try {
    assembly.expect(header);
  } catch (const Refusal& refusal) {
    return refusal.what();
  }
  return "";
}

TEST(MrdAssembly, AnImageOfAllChannelsIsWholeAtOnce) {
  Assembly assembly(3, Dimension::channel, 1 << 20);
  const auto group = add(assembly, image_header(4, 3, 2, 3));
  ASSERT_TRUE(group);
  ASSERT_EQ(group->planes.size(), 3u);
  EXPECT_EQ(group->n_voxel, 24u);
  EXPECT_EQ(number_at(group->planes[2], 5), numbers_of(image_header(4, 3, 2, 3))[2 * 24 * 2 + 5]);
  EXPECT_EQ(assembly.missing(), "");
}

TEST(MrdAssembly, CoefficientsComeInAnyOrderAndSlicesSideBySide) {
  Assembly assembly(3, Dimension::contrast, 1 << 20);
  EXPECT_FALSE(add(assembly, contrast(2, 0), 30));
  EXPECT_FALSE(add(assembly, contrast(1, 5), 25));
  EXPECT_FALSE(add(assembly, contrast(0, 0), 10));
  EXPECT_FALSE(add(assembly, contrast(0, 5), 15));
  EXPECT_EQ(assembly.bytes(), 4u * 96);
  const auto first = add(assembly, contrast(1, 0), 20);
  ASSERT_TRUE(first);
  EXPECT_EQ(number_at(first->planes[0], 0), 10);
  EXPECT_EQ(number_at(first->planes[1], 0), 20);
  EXPECT_EQ(number_at(first->planes[2], 0), 30);
  EXPECT_EQ(first->attributes, "attributes 0") << "those of coefficient 0, whichever came first";
  EXPECT_EQ(assembly.bytes(), 2u * 96);
  EXPECT_EQ(assembly.missing(), "slice 5, repetition 0: 1 of 3 coefficients, the first of them 2");
}

TEST(MrdAssembly, SetsNumberCoefficientsWhereTheConfigSaysSo) {
  Assembly assembly(2, Dimension::set, 1 << 20);
  auto header = image_header(2, 2, 1, 1);
  EXPECT_FALSE(add(assembly, header));
  header.set = 1;
  EXPECT_TRUE(add(assembly, header));
}

TEST(MrdAssembly, WhatDoesNotBelongTogetherIsRefused) {
  Assembly assembly(3, Dimension::contrast, 1000);
  EXPECT_FALSE(add(assembly, contrast(1)));
  EXPECT_NE(refusal_of(assembly, contrast(1)).find("a second time"), std::string::npos);
  EXPECT_NE(refusal_of(assembly, contrast(3)).find("a contrast below 3"), std::string::npos);
  auto other = contrast(0);
  other.matrix_size[1] = 4;
  EXPECT_NE(refusal_of(assembly, other).find("expected 4 x 3 x 1 voxels, as its other coefficients have, found 4 x 4 x 1"),
            std::string::npos);
  other = contrast(0);
  other.position[2] = 1;
  EXPECT_NE(refusal_of(assembly, other).find("expected position"), std::string::npos);
  other = contrast(0);
  other.channels = 2;
  EXPECT_NE(refusal_of(assembly, other).find("expected 1 channels"), std::string::npos);
  other = contrast(0);
  other.data_type = ISMRMRD::ISMRMRD_FLOAT;
  EXPECT_NE(refusal_of(assembly, other).find("found data type 5"), std::string::npos);
  other = contrast(0, 1);
  other.matrix_size[0] = 40;  // 960 bytes beside the 96 that wait
  EXPECT_NE(refusal_of(assembly, other).find("--largest-volume"), std::string::npos);
  EXPECT_EQ(refusal_of(assembly, contrast(0)), "");
}

}  // namespace
}  // namespace crbrt::tests
