// SPDX-License-Identifier: Apache-2.0
// Seals, and the folders of parts that carry them.
#include "base/sealed_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/parts_folder.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::base {
namespace {

using tests::content_of;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

TEST(SealedFile, ASealHoldsForItsBytesAndItsLabelAlone) {
  const TemporaryFolder folder;
  const std::string file = folder.file("part", "some bytes");
  EXPECT_FALSE(is_sealed(file, "a"));
  seal(file, "a", file);
  EXPECT_TRUE(is_sealed(file, "a"));
  EXPECT_FALSE(is_sealed(file, "b"));
  EXPECT_EQ(sealed_bytes(file, "a"), "some bytes");
  EXPECT_EQ(sealed_bytes(file, "b"), std::nullopt);
  EXPECT_FALSE(is_sealed(folder / "absent", "a"));
}

// SHA-256 of "abc" (FIPS 180-2, B.1).
TEST(SealedFile, TheHashIsSha256) {
  const TemporaryFolder folder;
  EXPECT_EQ(sha256_of_file(folder.file("f", "abc"), "a file"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_THROW(sha256_of_file(folder / "absent", "a file"), InputError);
}

TEST(SealedFile, EveryBitThatFlipsIsNoticedAndSoIsEveryCut) {
  const TemporaryFolder folder;
  const std::string file = folder.file("part", "bytes that a run kept");
  seal(file, "label", file);
  const std::string whole = content_of(file);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    folder.file("part", flipped);
    ASSERT_FALSE(is_sealed(file, "label")) << "bit " << bit;
  }
  for (std::size_t length = 0; length < whole.size(); ++length) {
    folder.file("part", whole.substr(0, length));
    ASSERT_FALSE(is_sealed(file, "label")) << "length " << length;
  }
  folder.file("part", whole + "x");
  EXPECT_FALSE(is_sealed(file, "label"));
}

class PartsFolders : public testing::Test {
 protected:
  PartsFolder open() {
    return PartsFolder(folder / "out.partial", {"mark", [](const std::string& name) { return is_numbered(name, "part-", ""); }},
                       warnings);
  }
  static void keep(const PartsFolder& parts, const std::string& name, const std::string& text) {
    parts.keep(name, "label", [&](const fs::path& file, const fs::path& shown) { write_text(file, text, shown); });
  }
  std::string path(const std::string& name) const { return folder / ("out.partial/" + name); }

  TemporaryFolder folder;
  Warnings warnings{"test"};
};

TEST_F(PartsFolders, KeepPartsForTheNextRun) {
  {
    PartsFolder parts = open();
    EXPECT_EQ(parts.identity(), std::nullopt);
    parts.set_identity("this run");
    keep(parts, "part-0", "zero");
  }
  PartsFolder parts = open();
  EXPECT_EQ(parts.identity(), "this run");
  parts.set_identity("this run");
  EXPECT_EQ(parts.part_bytes("part-0", "label"), "zero");
  EXPECT_EQ(parts.part_bytes("part-1", "label"), std::nullopt);
  EXPECT_TRUE(warnings.texts().empty());
  parts.remove();
  EXPECT_FALSE(fs::exists(folder / "out.partial"));
}

TEST_F(PartsFolders, APartOfAnotherPlaceOrRunIsToldAndRemoved) {
  PartsFolder parts = open();
  parts.set_identity("this run");
  keep(parts, "part-0", "zero");
  keep(parts, "part-1", "one");
  fs::copy_file(path("part-0"), path("part-1"), fs::copy_options::overwrite_existing);
  EXPECT_EQ(parts.part("part-1", "label"), std::nullopt);
  EXPECT_FALSE(fs::exists(path("part-1")));
  EXPECT_EQ(parts.part("part-0", "of another shape"), std::nullopt);
  keep(parts, "part-0", "zero");
  parts.set_identity("another run");
  EXPECT_EQ(parts.part("part-0", "label"), std::nullopt);
  EXPECT_EQ(warnings.texts().size(), 2u) << "the same text is said once";
}

TEST_F(PartsFolders, ADamagedMarkIsToldAndThePartsStillTellWhatTheyAre) {
  {
    PartsFolder parts = open();
    parts.set_identity("this run");
    keep(parts, "part-0", "zero");
  }
  std::string mark = content_of(path("mark"));
  mark[0] ^= 1;
  folder.file("out.partial/mark", mark);
  PartsFolder parts = open();
  EXPECT_EQ(parts.identity(), std::nullopt);
  EXPECT_EQ(warnings.texts().size(), 1u);
  parts.set_identity("this run");
  EXPECT_EQ(parts.part_bytes("part-0", "label"), "zero");
}

TEST_F(PartsFolders, ASecondRunIsRefusedWhileTheFirstLives) {
  {
    PartsFolder parts = open();
    parts.set_identity("this run");
    keep(parts, "part-0", "zero");
    try {
      open();
      ADD_FAILURE() << "two runs have one folder";
    } catch (const OutputError& error) {
      EXPECT_NE(std::string(error.what()).find("another run is working on this output"), std::string::npos) << error.what();
    }
    EXPECT_TRUE(fs::exists(path("part-0"))) << "the refused run removed parts of the other";
  }
  EXPECT_NO_THROW(open());
}

TEST_F(PartsFolders, IsOursByItsMarkAndLosesOurFilesAlone) {
  fs::create_directories(path("results"));
  EXPECT_THROW(open(), OutputError);
  for (const char* name : {"mark", "part-0", "part-12", "part-x", "thesis.txt"})
    folder.file(std::string("out.partial/") + name, "x");
  open().remove();
  for (const char* name : {"mark", "part-0", "part-12"}) EXPECT_FALSE(fs::exists(path(name))) << name;
  for (const char* name : {"results", "part-x", "thesis.txt"}) EXPECT_TRUE(fs::exists(path(name))) << name;
  for (const char* name : {"results", "part-x", "thesis.txt"}) fs::remove(path(name));
  { const PartsFolder parts = open(); }
  EXPECT_FALSE(fs::exists(folder / "out.partial")) << "a run without parts left the folder";
}

}  // namespace
}  // namespace crbrt::base
