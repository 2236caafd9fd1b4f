// SPDX-License-Identifier: Apache-2.0
// A .crbm file that was cut or changed anywhere is refused with one line that says why.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "tests/support/model_builder.h"

namespace crbrt::tests {
namespace {

const std::vector<std::uint8_t>& small_file() {
  static const std::vector<std::uint8_t> bytes = to_crbm(make_model(tiny_plain_spec()));
  return bytes;
}

LoadResult load_bytes(const std::vector<std::uint8_t>& bytes) {
  Model model;
  return load_model({bytes.data(), bytes.size()}, model);
}

void expect_one_line(const LoadResult& result) {
  EXPECT_FALSE(result.detail.empty());
  EXPECT_EQ(result.detail.find('\n'), std::string::npos) << result.detail;
}

TEST(Container, AWholeFileLoads) {
  const LoadResult result = load_bytes(small_file());
  EXPECT_EQ(result.status, Status::ok) << result.detail;
  EXPECT_EQ(result.detail, "");
}

TEST(Container, AFileCutAtAnyLengthIsRefused) {
  for (std::size_t length = 0; length < small_file().size(); ++length) {
    const std::vector<std::uint8_t> cut(small_file().begin(), small_file().begin() + static_cast<std::ptrdiff_t>(length));
    const LoadResult result = load_bytes(cut);
    ASSERT_EQ(result.status, Status::bad_container) << "cut at " << length;
    expect_one_line(result);
  }
}

TEST(Container, AFileWithAnyByteChangedIsRefused) {
  std::vector<std::uint8_t> bytes = small_file();
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const std::uint8_t mask : std::array<std::uint8_t, 4>{0x01, 0x80, 0x20, 0xff}) {
      bytes[at] ^= mask;
      const LoadResult result = load_bytes(bytes);
      ASSERT_NE(result.status, Status::ok) << "byte " << at << " xor " << int{mask};
      expect_one_line(result);
      bytes[at] ^= mask;
    }
  EXPECT_EQ(load_bytes(bytes).status, Status::ok) << "the test must restore every byte";
}

TEST(Container, AFileWithSomethingAppendedIsRefused) {
  std::vector<std::uint8_t> bytes = small_file();
  bytes.push_back(0);
  EXPECT_EQ(load_bytes(bytes).status, Status::bad_container);
}

TEST(Container, ANewerContainerIsToldFromADamagedOne) {
  std::vector<std::uint8_t> bytes = small_file();
  bytes[8] = 2;
  const LoadResult result = load_bytes(bytes);
  EXPECT_EQ(result.status, Status::bad_format_version);
  EXPECT_EQ(result.detail, "container.version: expected 1, found 2");
}

TEST(Container, AModelLoadsFromAnyAddress) {
  for (std::size_t shift = 0; shift < 8; ++shift) {
    std::vector<std::uint8_t> bytes(shift, 0);
    bytes.insert(bytes.end(), small_file().begin(), small_file().end());
    Model model;
    EXPECT_EQ(load_model({bytes.data() + shift, bytes.size() - shift}, model).status, Status::ok) << shift;
  }
}

TEST(Container, ARefusedFileLeavesTheModelAsItWas) {
  Model model = load(plain_spec());
  const std::vector<std::uint8_t> nothing;
  EXPECT_NE(load_model({nothing.data(), nothing.size()}, model).status, Status::ok);
  EXPECT_EQ(model.info().name, "plain");
}

TEST(ModelFile, IsReadFromDisk) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "container_test.crbm";
  write_crbm(path, plain_spec());
  Model model;
  EXPECT_EQ(load_model_file(path.c_str(), model).status, Status::ok);
  EXPECT_EQ(model.info().name, "plain");
  std::filesystem::remove(path);
}

TEST(ModelFile, AMissingFileAndAFolderAreIoErrors) {
  Model model;
  const LoadResult missing = load_model_file("no/such/file.crbm", model);
  EXPECT_EQ(missing.status, Status::io_error);
  expect_one_line(missing);
  const LoadResult folder = load_model_file(::testing::TempDir().c_str(), model);
  EXPECT_EQ(folder.status, Status::io_error);
  expect_one_line(folder);
}

TEST(Model, MovesKeepTheProgramValidAndAnEmptyOneIsEmpty) {
  EXPECT_EQ(Model().program().n_op, 0u);
  Model first = load(plain_spec());
  const Op* const ops = first.program().ops;
  const Model second = std::move(first);
  EXPECT_EQ(second.program().ops, ops);
  EXPECT_STREQ(second.program().name, "plain");
}

}  // namespace
}  // namespace crbrt::tests
