// SPDX-License-Identifier: Apache-2.0
// Every layout of coefficients and of results has the bits of rows, on every instruction set and for every tail, and no number
// beside those of the view is read or written.
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "tests/runtime/bound_session.h"
#include "tests/runtime/reference_session.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/sizes_around.h"
#include "tests/support/synthetic_program.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t n_coeff = 8, n_output = 5;
constexpr float untouched = -77;

/// Memory that ends at an unmapped page where the last coefficient ends, and a view of it.
struct Input {
  std::unique_ptr<GuardedBuffer<float>> memory;
  Coefficients view;
};

/// `view` describes a layout whose first number is at null; `size` is where it ends.
Input laid_out(const std::vector<float>& rows, const Coefficients& layout, std::size_t real_at, std::size_t imag_at,
               std::size_t size) {
  Input in{std::make_unique<GuardedBuffer<float>>(size), layout};
  std::fill_n(in.memory->data(), size, std::numeric_limits<float>::quiet_NaN());  // a number that is none of ours would show
  in.view.real = in.memory->data() + real_at;
  in.view.imag = in.memory->data() + imag_at;
  for (std::size_t v = 0; v < layout.n_voxel; ++v)
    for (std::size_t c = 0; c < n_coeff; ++c) {
      const std::size_t at = v * layout.voxel_stride + c * layout.coefficient_stride;
      in.memory->data()[real_at + at] = rows[v * 2 * n_coeff + c];
      in.memory->data()[imag_at + at] = rows[v * 2 * n_coeff + n_coeff + c];
    }
  return in;
}

/// The four named layouts, dense and as part of more, and three without a name.
std::vector<Input> all_layouts(const std::vector<float>& rows, std::size_t n) {
  const auto layout = [&](std::size_t voxel_stride, std::size_t coefficient_stride) {
    return Coefficients{nullptr, nullptr, n, n_coeff, voxel_stride, coefficient_stride};
  };
  const std::size_t width = 2 * n_coeff, last = n - 1;
  std::vector<Input> all;
  for (const std::size_t gap : {0u, 3u}) {
    const std::size_t row = width + gap, plane = n + gap, pairs = 2 * (n + gap);
    all.push_back(laid_out(rows, layout(row, 1), 0, n_coeff, last * row + width));                 // rows
    all.push_back(laid_out(rows, layout(row, 2), 0, 1, last * row + width));                       // interleaved_rows
    all.push_back(laid_out(rows, layout(1, plane), 0, n_coeff * plane, (width - 1) * plane + n));  // planes
    all.push_back(laid_out(rows, layout(2, pairs), 0, 1, (n_coeff - 1) * pairs + 2 * n));          // interleaved_planes
  }
  all.push_back(laid_out(rows, layout(width, 2), 1, 0, n * width));                      // the imaginary part first
  all.push_back(laid_out(rows, layout(n_coeff, 1), n * n_coeff, 0, n * width));          // two arrays of rows
  all.push_back(laid_out(rows, layout(3, 3 * n), 0, 3 * n * n_coeff, 6 * n * n_coeff));  // every third number
  return all;
}

/// Where one output may go: rows, longer rows, planes, planes of a larger volume, every second number.
std::vector<View2<float>> all_views(std::size_t n) {
  return {{nullptr, n, n_output, n_output, 1},
          {nullptr, n, n_output, n_output + 3, 1},
          {nullptr, n, n_output, 1, n},
          {nullptr, n, n_output, 1, n + 11},
          {nullptr, n, n_output, 2 * n_output, 2}};
}

/// A guarded buffer for a view, and afterwards its numbers as rows; what the view leaves out must be untouched.
struct Output2 {
  explicit Output2(View2<float> layout)
      : view(layout), memory((layout.rows - 1) * layout.row_stride + (layout.columns - 1) * layout.column_stride + 1) {
    std::fill_n(memory.data(), memory.size(), untouched);
    view.data = memory.data();
  }

  std::vector<std::uint32_t> rows() {
    std::vector<float> found;
    for (std::size_t v = 0; v < view.rows; ++v)
      for (std::size_t j = 0; j < view.columns; ++j) {
        float& x = view.data[v * view.row_stride + j * view.column_stride];
        found.push_back(x);
        x = untouched;
      }
    for (std::size_t i = 0; i < memory.size(); ++i) EXPECT_EQ(memory.data()[i], untouched) << "number " << i << " of the gaps";
    return bits_of(found);
  }

  View2<float> view;
  GuardedBuffer<float> memory;
};

class LayoutsTest : public testing::Test {
 protected:
  LayoutsTest() : network_(n_coeff) { build_uncertain_mixed_network(network_); }
  const Program& program() { return network_.program(); }

  /// n voxels, some of them without signal.
  static std::vector<float> rows(std::size_t n) {
    std::vector<float> all = random_coefficients(n, n_coeff);
    if (n > 3) all[3 * 2 * n_coeff + 5] = std::numeric_limits<float>::infinity();
    if (n > 17) std::fill_n(&all[17 * 2 * n_coeff], 2 * n_coeff, 0.0f);
    return all;
  }

  void expect_equal(Isa isa, const Coefficients& in, const View2<float>& view, const ReferenceResult& expected) {
    BoundSession session(program(), isa);
    Output2 estimates(view), deviations(view);
    GuardedBuffer<float> score(3 * in.n_voxel - 2);
    GuardedBuffer<VoxelStatus> status(2 * in.n_voxel - 1);
    ASSERT_EQ(session->run(in, {.estimates = estimates.view,
                                .standard_deviations = deviations.view,
                                .atypicality = {score.data(), in.n_voxel, 3},
                                .status = {status.data(), in.n_voxel, 2},
                                .sigma = 0.5f}),
              Status::ok);
    EXPECT_EQ(estimates.rows(), bits_of(expected.estimates));
    EXPECT_EQ(deviations.rows(), bits_of(expected.std));
    for (std::size_t v = 0; v < in.n_voxel; ++v) {
      ASSERT_EQ(bits_of(&score.data()[3 * v], 1), bits_of(&expected.atypicality[v], 1)) << v;
      ASSERT_EQ(status.data()[2 * v], expected.status[v]) << v;
    }
  }

  SyntheticProgram network_;
};

TEST_F(LayoutsTest, EveryLayoutEqualsReferenceBitForBitOnEveryIsa) {
  IsaRecord record;
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 2u, 4u, 7u, 8u, 15u, 16u, 17u, 31u, 33u, 47u, 48u, 49u, 96u, 101u}) {
      const std::vector<float> numbers = rows(n);
      const ReferenceResult expected = run_reference(mul_add_of(isa), program(), numbers, 0.5f);
      std::size_t which = 0;
      for (const Input& in : all_layouts(numbers, n)) {
        SCOPED_TRACE(std::string(name(isa)) + ", voxels " + std::to_string(n) + ", layout " + std::to_string(which++));
        expect_equal(isa, in.view, all_views(n)[which % 5], expected);
        if (HasFailure()) return;
      }
      record.ran(isa);
    }
  record.expect_scalar_and_best();
}

TEST_F(LayoutsTest, EveryViewOfResultsTakesThemFromEveryIsa) {
  for (const Isa isa : runnable_isas())
    for (const std::size_t n : {1u, 5u, 48u, 50u, 64u}) {
      const std::vector<float> numbers = rows(n);
      const ReferenceResult expected = run_reference(mul_add_of(isa), program(), numbers, 0.5f);
      std::size_t which = 0;
      for (const View2<float>& view : all_views(n)) {
        SCOPED_TRACE(std::string(name(isa)) + ", voxels " + std::to_string(n) + ", view " + std::to_string(which++));
        expect_equal(isa, Coefficients::rows(numbers.data(), n, n_coeff), view, expected);
        if (HasFailure()) return;
      }
    }
}

TEST(Layouts, NamedOnesAreTheStridesTheyPromise) {
  const std::vector<float> memory(64);
  const float* const data = memory.data();
  const auto expect = [&](const Coefficients& c, std::size_t imag, std::size_t voxel_stride, std::size_t coefficient_stride) {
    EXPECT_EQ(c.real, data);
    EXPECT_EQ(c.imag, data + imag);
    EXPECT_EQ(c.voxel_stride, voxel_stride);
    EXPECT_EQ(c.coefficient_stride, coefficient_stride);
    EXPECT_EQ(c.n_voxel, 7u);
    EXPECT_EQ(c.n_coeff, 4u);
  };
  expect(Coefficients::rows(data, 7, 4), 4, 8, 1);
  expect(Coefficients::rows(data, 7, 4, 9), 4, 9, 1);
  expect(Coefficients::interleaved_rows(data, 7, 4), 1, 8, 2);
  expect(Coefficients::planes(data, 7, 4), 28, 1, 7);
  expect(Coefficients::planes(data, 7, 4, 10), 40, 1, 10);
  expect(Coefficients::interleaved_planes(data, 7, 4), 1, 2, 14);
}

TEST(Sessions, MoveAndLeaveAnUnboundOneBehind) {
  SyntheticProgram network(n_coeff);
  build_mixed_network(network);
  GuardedBuffer<std::byte> arena(Session::arena_bytes(network.program()));
  Session first;
  ASSERT_EQ(first.bind(network.program(), arena.data(), arena.size(), Isa::scalar), Status::ok);
  Session second(std::move(first));
  const Results nothing{.estimates = {nullptr, 0, n_output}};
  EXPECT_EQ(first.run(Coefficients::rows(nullptr, 0, n_coeff), nothing), Status::not_bound);  // NOLINT: what a move leaves
  EXPECT_EQ(first.isa(), Isa::automatic);
  EXPECT_EQ(second.isa(), Isa::scalar);
  first = std::move(second);
  EXPECT_EQ(first.run(Coefficients::rows(nullptr, 0, n_coeff), nothing), Status::ok);
  static_assert(!std::is_copy_constructible_v<Session> && !std::is_copy_assignable_v<Session>);
}

}  // namespace
}  // namespace crbrt::tests
