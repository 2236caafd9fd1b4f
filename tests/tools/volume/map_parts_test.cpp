// SPDX-License-Identifier: Apache-2.0
// A map that comes in parts has the bytes of one that comes as a whole, and blocks without voxels take no room.
#include "tools/volume/map_parts.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cmath>

#include "tests/tools/volume/image_files.h"

namespace crbrt::tests {
namespace {

using volume::Compression;

// Voxels alone, beside each other, with gaps of less than a block (1024 voxels), of a block and of many, to the last voxel.
class MapPartsTest : public testing::Test {
 protected:
  MapPartsTest() {
    const auto list = [&](std::size_t first, std::size_t end) {
      for (std::size_t v = first; v < end; ++v) voxels.push_back(v);
    };
    list(3, 4), list(500, 900), list(1000, 1001), list(2900, 3000), list(5050, 5060), list(9000, 9001), list(39990, 40000);
    for (const std::size_t v : voxels) values.push_back(0.5f + static_cast<float>(v));
    runs = volume::runs_of(voxels);
  }

  /// The bytes of the file that parts of at most `size` voxels make, the last part first.
  std::string in_parts(std::size_t size, const volume::MapTarget& kind, Compression compression = Compression::none) const {
    volume::MapTarget target = kind;
    target.path = target.shown = folder / "map.nii";
    volume::MapParts map(target, runs, voxels.size(), compression);
    std::vector<float> scratch;
    for (std::size_t end = voxels.size(); end > 0;) {
      const std::size_t first = end > size ? end - size : 0;
      const auto part = std::span(voxels).subspan(first, end - first);
      const std::vector<volume::VoxelRun> part_runs = volume::runs_of(part);
      map.write({part_runs, std::span(values).subspan(first, end - first)}, first, scratch);
      end = first;
    }
    map.finish();
    return content_of(folder / "map.nii");
  }
  std::string whole(const volume::MapTarget& kind, Compression compression = Compression::none) const {
    std::vector<float> scaled;
    for (const float value : values) scaled.push_back(static_cast<float>(static_cast<double>(value) * kind.factor));
    volume::write_nifti(folder / "whole.nii", "whole.nii", kind.grid, {runs, scaled, kind.elsewhere}, compression, kind.window);
    return content_of(folder / "whole.nii");
  }

  TemporaryFolder folder;
  std::vector<std::size_t> voxels;
  std::vector<float> values;
  std::vector<volume::VoxelRun> runs;
  const volume::MapTarget plain{"", "", {{200, 200, 1}, {}}, {}};
};

TEST_F(MapPartsTest, HaveTheBytesOfTheWhole) {
  volume::MapTarget kind = plain;
  for (const double factor : {1.0, 0.1591549430918953}) {
    for (const float elsewhere : {0.0f, std::nanf("")}) {
      kind.factor = factor, kind.elsewhere = elsewhere;
      const std::string expected = whole(kind);
      for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{250}, voxels.size()})
        EXPECT_TRUE(in_parts(size, kind) == expected) << size << " voxels, factor " << factor << ", elsewhere " << elsewhere;
    }
  }
  EXPECT_TRUE(in_parts(7, plain, Compression::gzip) == whole(plain, Compression::gzip));
}

TEST_F(MapPartsTest, BlocksWithoutVoxelsTakeNoRoom) {
  for (const bool is_whole : {false, true}) {
    (void)(is_whole ? whole(plain) : in_parts(100, plain));
    struct stat status {};
    ASSERT_EQ(::stat((folder / (is_whole ? "whole.nii" : "map.nii")).c_str(), &status), 0);
    if (static_cast<std::size_t>(status.st_blocks) * 512 >= static_cast<std::size_t>(status.st_size))
      GTEST_SKIP() << "a file system without holes";
    // Header and voxel 3, 2900 .. 3000, 5050 (4 blocks of 40), then 9000 and the last ten: at most 10 blocks of 4096 bytes.
    EXPECT_LE(status.st_blocks * 512, 10 * 4096) << (is_whole ? "as a whole" : "in parts");
  }
}

}  // namespace
}  // namespace crbrt::tests
