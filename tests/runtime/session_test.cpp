// SPDX-License-Identifier: Apache-2.0
// Sessions: the whole program equals the reference; how voxels are cut into batches, rows and layouts changes no bit; wrong
// shapes change nothing.
#include "crbrt/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/runtime/bound_session.h"
#include "tests/runtime/reference_session.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

class SessionTest : public testing::Test {
 protected:
  SessionTest() : mixed_(8) { build_mixed_network(mixed_); }

  const Program& program() { return mixed_.program(); }
  std::size_t n_output() { return program().n_output; }

  SyntheticProgram mixed_;
};

TEST_F(SessionTest, EqualsReferenceBitForBitForEveryBatchSize) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : sizes_around({layout::tile_voxels})) {
      const auto coefficients = random_coefficients(n, 8);
      const ReferenceResult expected = run_reference(mul_add_of(isa), program(), coefficients);
      BoundSession session(program(), isa);
      const GuardedBuffer<float> in(coefficients);
      GuardedBuffer<float> out(n * n_output());
      GuardedBuffer<VoxelStatus> status(n);
      ASSERT_EQ(session->run(Coefficients::rows(in.data(), n, 8),
                             {.estimates = {out.data(), n, n_output()}, .status = {status.data(), n}}),
                Status::ok);
      ASSERT_EQ(bits_of(out), bits_of(expected.estimates)) << name(isa) << ' ' << n;
      ASSERT_EQ(status.values(), expected.status);
      record.ran(session->isa());
    }
  record.expect_scalar_and_best();
}

TEST_F(SessionTest, LeanNetworkEqualsReferenceBitForBit) {
  SyntheticProgram lean(13);
  build_lean_network(lean);
  EXPECT_EQ(lean.program().macs_per_voxel, 16096u);
  const auto coefficients = random_coefficients(100, 13);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(lean.program(), isa);
    std::vector<float> out(300);
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), 100, 13), {.estimates = {out.data(), 100, 3}}), Status::ok);
    EXPECT_EQ(bits_of(out), bits_of(run_reference(mul_add_of(isa), lean.program(), coefficients).estimates)) << name(isa);
  }
}

/// FNV-1a over the bytes of the values.
std::uint64_t hash_of(const std::vector<float>& values) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint32_t bits : bits_of(values))
    for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (bits >> shift & 0xff)) * 0x100000001b3u;
  return hash;
}

TEST_F(SessionTest, OutputBitsArePinned) {
  // No compiler, flag or machine may change these. Whoever changes them on purpose says so under Numerics in CHANGELOG.md.
  const auto coefficients = random_coefficients(100, 8);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    std::vector<float> out(100 * n_output());
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), 100, 8), {.estimates = {out.data(), 100, n_output()}}),
              Status::ok);
    EXPECT_EQ(hash_of(out), mul_add_of(isa) == MulAdd::fused ? 0xb96e1e077c24b980u : 0xa08f63a5063f679du) << name(isa);
  }
}

TEST_F(SessionTest, AVoxelDoesNotDependOnItsPlaceInTheBatch) {
  const std::size_t n = 5 * layout::tile_voxels + 7;
  const auto coefficients = random_coefficients(n, 8);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    std::vector<float> whole(n * n_output()), split(n * n_output());
    ASSERT_EQ(session->run(Coefficients::rows(coefficients.data(), n, 8), {.estimates = {whole.data(), n, n_output()}}),
              Status::ok);
    for (const std::size_t part : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 12u, 16u, 17u, 24u, 31u, 47u}) {
      for (std::size_t first = 0; first < n; first += part) {
        const std::size_t rows = std::min(part, n - first);
        ASSERT_EQ(session->run(Coefficients::rows(&coefficients[first * 16], rows, 8),
                               {.estimates = {&split[first * n_output()], rows, n_output()}}),
                  Status::ok);
      }
      ASSERT_EQ(bits_of(split), bits_of(whole)) << name(isa) << " in parts of " << part;
    }
  }
}

TEST_F(SessionTest, InterleavedEqualsPlanar) {
  const std::size_t n = 50;
  const auto planar = random_coefficients(n, 8);
  std::vector<float> interleaved(planar.size());
  for (std::size_t v = 0; v < n; ++v)
    for (std::size_t i = 0; i < 8; ++i) {
      interleaved[v * 16 + 2 * i] = planar[v * 16 + i];
      interleaved[v * 16 + 2 * i + 1] = planar[v * 16 + 8 + i];
    }
  const GuardedBuffer<float> in(interleaved);
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    std::vector<float> a(n * n_output()), b(n * n_output());
    ASSERT_EQ(session->run(Coefficients::rows(planar.data(), n, 8), {.estimates = {a.data(), n, n_output()}}), Status::ok);
    ASSERT_EQ(session->run(Coefficients::interleaved_rows(in.data(), n, 8), {.estimates = {b.data(), n, n_output()}}),
              Status::ok);
    EXPECT_EQ(bits_of(a), bits_of(b)) << name(isa);
  }
}

TEST_F(SessionTest, PreprocessGivesWhatTheFirstLayerReadsAndZerosForFlaggedVoxels) {
  const Program& p = program();
  for (const std::size_t n : sizes_around({layout::tile_voxels})) {
    auto coefficients = random_coefficients(n, 8);
    if (n > 1) coefficients[16] = std::numeric_limits<float>::quiet_NaN();
    if (n > 2) std::fill_n(&coefficients[32], 16, 0.0f);
    std::vector<float> expected(n * 16);
    for (std::size_t first = 0; first < n; first += layout::tile_voxels) {
      const std::size_t rows = std::min(layout::tile_voxels, n - first);
      GuardedBuffer<float> tile(16 * layout::tile_voxels);
      const PreprocessFlags flags =
          preprocess_ref({Coefficients::rows(&coefficients[first * 16], rows, 8), p.preprocessing, tile.data()});
      for (std::size_t v = 0; v < rows; ++v)
        for (std::size_t f = 0; f < 16; ++f)
          if (((flags.non_finite | flags.zero_signal) & layout::voxel_bit(v)) == 0)
            expected[(first + v) * 16 + f] = tile.data()[f * layout::tile_voxels + v];
    }
    const GuardedBuffer<float> in(coefficients);
    for (const Isa isa : runnable_isas()) {
      BoundSession session(p, isa);
      GuardedBuffer<float> features(n * 16);
      ASSERT_EQ(session->preprocess(Coefficients::rows(in.data(), n, 8), {features.data(), n, 16}), Status::ok);
      ASSERT_EQ(bits_of(features), bits_of(expected)) << name(isa) << ' ' << n;
    }
  }
}

TEST_F(SessionTest, PreprocessRefusesWrongShapesAndChangesNothing) {
  const auto coefficients = random_coefficients(4, 8);
  BoundSession session(program(), Isa::automatic);
  const float* in = coefficients.data();
  std::vector<float> out(64, -1.0f);
  EXPECT_EQ(Session().preprocess(Coefficients::rows(in, 4, 8), {out.data(), 4, 16}), Status::not_bound);
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 7), {out.data(), 4, 16}), Status::bad_shape)
      << "too few coefficients";
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 8), {out.data(), 4, n_output()}), Status::bad_shape)
      << "as many features as outputs";
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 8), {out.data(), 3, 16}), Status::bad_shape) << "rows differ";
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 8, 7), {out.data(), 4, 16}), Status::bad_shape) << "rows overlap";
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 8), {out.data(), 4, 16, 15}), Status::bad_shape)
      << "rows of features overlap";
  EXPECT_EQ(session->preprocess(Coefficients::rows(in, 4, 8), {nullptr, 4, 16}), Status::bad_shape) << "nowhere to write";
  EXPECT_EQ(out, std::vector<float>(64, -1.0f));
}

TEST_F(SessionTest, RowsMayBePartOfLongerRows) {
  const std::size_t n = 30;
  const auto dense_rows = random_coefficients(n, 8);
  std::vector<float> long_rows(n * 20, 7.0f);
  for (std::size_t v = 0; v < n; ++v) std::copy_n(&dense_rows[v * 16], 16, &long_rows[v * 20]);
  const std::size_t stride = n_output() + 3;
  for (const Isa isa : runnable_isas()) {
    BoundSession session(program(), isa);
    std::vector<float> a(n * n_output()), b(n * stride, -1.0f);
    ASSERT_EQ(session->run(Coefficients::rows(dense_rows.data(), n, 8), {.estimates = {a.data(), n, n_output()}}), Status::ok);
    ASSERT_EQ(session->run(Coefficients::rows(long_rows.data(), n, 8, 20), {.estimates = {b.data(), n, n_output(), stride}}),
              Status::ok);
    for (std::size_t v = 0; v < n; ++v)
      for (std::size_t j = 0; j < stride; ++j)
        ASSERT_EQ(b[v * stride + j], j < n_output() ? a[v * n_output() + j] : -1.0f) << name(isa) << ' ' << v << ' ' << j;
  }
}

TEST_F(SessionTest, WrongShapesAreRefusedAndChangeNothing) {
  const auto coefficients = random_coefficients(4, 8);
  BoundSession session(program(), Isa::automatic);
  const std::vector<float> before(4 * n_output() + 4, -1.0f);
  std::vector<float> out = before;
  std::vector<VoxelStatus> status(4, VoxelStatus::not_computed);
  const float* in = coefficients.data();
  const std::size_t n_out = n_output();
  const auto run = [&](const Coefficients& c, View2<float> e, View1<VoxelStatus> s = {}) {
    return session->run(c, {.estimates = e, .status = s});
  };
  const Coefficients rows = Coefficients::rows(in, 4, 8);
  EXPECT_EQ(run(Coefficients::rows(in, 4, 7), {out.data(), 4, n_out}), Status::bad_shape) << "too few coefficients";
  EXPECT_EQ(run(Coefficients::rows(in, 3, 9), {out.data(), 3, n_out}), Status::bad_shape) << "too many coefficients";
  EXPECT_EQ(run(rows, {out.data(), 4, n_out + 1}), Status::bad_shape) << "too many outputs";
  EXPECT_EQ(run(rows, {out.data(), 3, n_out}), Status::bad_shape) << "rows differ";
  EXPECT_EQ(run(Coefficients::rows(in, 4, 8, 7), {out.data(), 4, n_out}), Status::bad_shape) << "rows overlap";
  EXPECT_EQ(run(rows, {out.data(), 4, n_out, n_out - 1}), Status::bad_shape) << "output rows overlap";
  EXPECT_EQ(run(Coefficients::rows(nullptr, 4, 8), {out.data(), 4, n_out}), Status::bad_shape) << "no coefficients";
  EXPECT_EQ(run(rows, {nullptr, 4, n_out}), Status::bad_shape) << "nowhere to write";
  EXPECT_EQ(run({in, nullptr, 4, 8, 16, 1}, {out.data(), 4, n_out}), Status::bad_shape) << "no imaginary parts";
  EXPECT_EQ(run(Coefficients::planes(in, 4, 8, 3), {out.data(), 4, n_out}), Status::bad_shape) << "planes overlap";
  EXPECT_EQ(run({in, in + 8, 4, 8, 0, 0}, {out.data(), 4, n_out}), Status::bad_shape) << "no strides";
  EXPECT_EQ(run(rows, View2<float>::planes(out.data(), 4, n_out, 3)), Status::bad_shape) << "output planes overlap";
  EXPECT_EQ(run(rows, {out.data(), 4, n_out}, {status.data(), 4, 0}), Status::bad_shape) << "one status for all";
  EXPECT_EQ(run(rows, {out.data(), 4, n_out}, {status.data(), 3}), Status::bad_shape) << "too few status bytes";
  EXPECT_EQ(run(rows, {out.data(), 4, n_out}, {nullptr, 4}), Status::bad_shape) << "status without memory";
  EXPECT_EQ(out, before);
  EXPECT_EQ(status, std::vector<VoxelStatus>(4, VoxelStatus::not_computed));
}

TEST_F(SessionTest, AnEmptyStatusViewIsNotWritten) {
  const auto coefficients = random_coefficients(4, 8);
  BoundSession session(program(), Isa::automatic);
  std::vector<float> out(4 * n_output());
  GuardedBuffer<VoxelStatus> nobody(0);
  EXPECT_EQ(session->run(Coefficients::rows(coefficients.data(), 4, 8),
                         {.estimates = {out.data(), 4, n_output()}, .status = {nobody.data(), 0}}),
            Status::ok);
  EXPECT_EQ(session->run(Coefficients::interleaved_rows(coefficients.data(), 4, 8),
                         {.estimates = {out.data(), 4, n_output()}, .status = {nobody.data(), 0}}),
            Status::ok);
}

TEST_F(SessionTest, AnEmptyBatchIsFine) {
  BoundSession session(program(), Isa::automatic);
  EXPECT_EQ(session->run(Coefficients::rows(nullptr, 0, 8), {.estimates = {nullptr, 0, n_output()}}), Status::ok);
}

TEST_F(SessionTest, BindRefusesWhatItCannotUse) {
  const std::size_t needed = Session::arena_bytes(program());
  GuardedBuffer<std::byte> arena(needed + layout::arena_alignment, Edge::begin);
  Session session;
  const Coefficients none = Coefficients::rows(nullptr, 0, 8);
  const Results nothing{.estimates = {nullptr, 0, n_output()}};
  EXPECT_EQ(session.run(none, nothing), Status::not_bound);
  EXPECT_EQ(session.bind(program(), arena.data(), needed - 1), Status::arena_too_small);
  EXPECT_EQ(session.bind(program(), nullptr, needed), Status::arena_too_small);
  EXPECT_EQ(session.bind(program(), arena.data() + 32, needed), Status::arena_misaligned);
  EXPECT_EQ(session.bind(program(), arena.data(), needed, static_cast<Isa>(77)), Status::isa_unavailable);
  EXPECT_EQ(session.run(none, nothing), Status::not_bound);
  EXPECT_EQ(session.bind(program(), arena.data(), needed), Status::ok);
  EXPECT_EQ(session.isa(), best_isa());
  EXPECT_EQ(session.program(), &program());
  EXPECT_EQ(session.bind(program(), arena.data(), 0), Status::arena_too_small);
  EXPECT_EQ(session.run(none, nothing), Status::not_bound) << "a failed bind leaves no half-bound session";
}

TEST_F(SessionTest, TheArenaKeepsNothingBetweenRuns) {
  // Two sessions may take turns on one arena.
  SyntheticProgram other(8, /*seed=*/9);
  build_mixed_network(other);
  GuardedBuffer<std::byte> arena(Session::arena_bytes(program()));
  Session a, b;
  ASSERT_EQ(a.bind(program(), arena.data(), arena.size()), Status::ok);
  ASSERT_EQ(b.bind(other.program(), arena.data(), arena.size()), Status::ok);
  const auto coefficients = random_coefficients(30, 8);
  std::vector<float> first(30 * n_output()), again(30 * n_output()), ignored(30 * n_output());
  ASSERT_EQ(a.run(Coefficients::rows(coefficients.data(), 30, 8), {.estimates = {first.data(), 30, n_output()}}), Status::ok);
  ASSERT_EQ(b.run(Coefficients::rows(coefficients.data(), 30, 8), {.estimates = {ignored.data(), 30, n_output()}}), Status::ok);
  ASSERT_EQ(a.run(Coefficients::rows(coefficients.data(), 30, 8), {.estimates = {again.data(), 30, n_output()}}), Status::ok);
  EXPECT_EQ(bits_of(first), bits_of(again));
  EXPECT_NE(bits_of(first), bits_of(ignored));
}

TEST_F(SessionTest, ArenaBytesAreTheCommittedNumbers) {
  // tile_voxels * 4 bytes for every feature of every slot.
  SyntheticProgram lean(13);
  build_lean_network(lean);
  EXPECT_EQ(Session::arena_bytes(lean.program()), (26 + 64 + 64) * 192u);  // 29,568
  EXPECT_EQ(Session::arena_bytes(program()), (16 + 30 + 30 + 30) * 192u);  // 20,352
  lean.slot_width()[2] = 65;
  EXPECT_EQ(Session::arena_bytes(lean.program()), (26 + 64 + 65) * 192u);  // 29,760
}

}  // namespace
}  // namespace crbrt::tests
