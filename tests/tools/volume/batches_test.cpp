// SPDX-License-Identifier: Apache-2.0
// Every voxel is estimated once, whatever the number of threads, and a worker's error ends the run.
#include "tools/volume/batches.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/tools/volume/expect_error.h"
#include "tests/tools/volume/image_files.h"
#include "tools/volume/image_values.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t n = 1000;

// The first coefficient's real part is the number of the voxel.
class NumberedImage : public testing::Test {
 protected:
  NumberedImage() {
    Complexes values(2 * n);
    for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<float>(i);
    write_cfl(folder / "in.cfl", {n, 1, 1, 1, 1, 1, 2}, values);
  }
  volume::CoefficientImage image() const { return volume::CoefficientImage::open(folder / "in.cfl"); }

  TemporaryFolder folder;
};

class Counter : public volume::BatchWorker {
 public:
  Counter(std::span<const std::size_t> voxels, std::vector<int>& visits) : voxels_(voxels), visits_(visits) {}
  void estimate(const Coefficients& planes, std::size_t first) override {
    ASSERT_LE(first + planes.n_voxel, voxels_.size());
    for (std::size_t i = 0; i < planes.n_voxel; ++i) {
      EXPECT_EQ(planes.real[i * planes.voxel_stride], static_cast<float>(voxels_[first + i]));
      ++visits_[voxels_[first + i]];
    }
  }
  void store(std::span<const std::size_t> voxels, std::size_t first) override {
    EXPECT_TRUE(std::equal(voxels.begin(), voxels.end(), voxels_.begin() + static_cast<std::ptrdiff_t>(first)));
    for (const std::size_t voxel : voxels) EXPECT_EQ(visits_[voxel], 1) << "stored before it was estimated";
  }

 private:
  std::span<const std::size_t> voxels_;
  std::vector<int>& visits_;
};

TEST_F(NumberedImage, EveryListedVoxelIsVisitedOnce) {
  std::vector<std::size_t> voxels;
  std::vector<int> expected(n, 0);
  for (std::size_t voxel = 0; voxel < n; voxel += 1 + voxel % 3) voxels.push_back(voxel), expected[voxel] = 1;
  for (const unsigned threads : {1u, 2u, 7u}) {
    for (const std::size_t batch_size : {std::size_t{1}, std::size_t{64}, n, 10 * n}) {
      std::vector<int> visits(n, 0);
      const volume::BatchPlan plan{.batch_size = batch_size, .threads = threads};
      const auto times = volume::run_batches(image(), voxels, plan, [&] { return std::make_unique<Counter>(voxels, visits); });
      EXPECT_EQ(visits, expected) << threads << " threads, batches of " << batch_size;
      EXPECT_GE(times.kernel_s, 0);
      EXPECT_GE(times.other_s, 0);
    }
  }
}

class Failing final : public Counter {
 public:
  using Counter::Counter;
  void estimate(const Coefficients&, std::size_t) override { throw base::InputError("in.cfl", "something", "something else"); }
};

TEST_F(NumberedImage, AnErrorOfOneThreadReachesTheCaller) {
  for (const unsigned threads : {1u, 3u}) {
    const std::vector<std::size_t> voxels = volume::VoxelList::all({n, 1, 1}).indices();
    std::vector<int> visits(n, 0);
    const volume::BatchPlan plan{.batch_size = 10, .threads = threads};
    expect_error(base::exit_input, {"something else"}, [&] {
      volume::run_batches(image(), voxels, plan, [&] { return std::make_unique<Failing>(voxels, visits); });
    });
  }
}

TEST_F(NumberedImage, AFileThatShrinksWhileItIsReadIsAnError) {
  const volume::CoefficientImage opened = image();
  cut(folder / "in.cfl", 8);
  const std::vector<std::size_t> voxels = volume::VoxelList::all({n, 1, 1}).indices();
  std::vector<int> visits(n, 0);
  expect_error(base::exit_input, {"in.cfl", "bytes"}, [&] {
    volume::run_batches(opened, voxels, {.batch_size = n}, [&] { return std::make_unique<Counter>(voxels, visits); });
  });
}

}  // namespace
}  // namespace crbrt::tests
