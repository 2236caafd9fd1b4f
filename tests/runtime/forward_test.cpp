// SPDX-License-Identifier: Apache-2.0
// A learned forward model against double precision, its derivatives against central differences, on every instruction set; and
// what evaluate() promises about batches, layouts, signs and voxels that make no sense.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "runtime/src/forward_features.h"
#include "tests/runtime/forward_network.h"
#include "tests/support/guarded_buffer.h"
#include "tests/support/runnable_isas.h"
#include "tests/support/tile.h"

namespace crbrt::tests {
namespace {

constexpr std::size_t n_input = 4, n_part = 6;

/// With an arena of exactly the size it asked for, which ends at an unmapped page.
class Bound {
 public:
  Bound(const ForwardProgram& program, Isa isa) : arena_(ForwardSession::arena_bytes(program)) {
    EXPECT_EQ(session_.bind(program, arena_.data(), arena_.size(), isa), Status::ok);
  }
  ForwardSession* operator->() noexcept { return &session_; }

 private:
  GuardedBuffer<std::byte> arena_;
  ForwardSession session_;
};

struct Evaluated {
  std::vector<float> coefficients, jacobian;
  std::vector<VoxelStatus> status;
};

Evaluated evaluate(const ForwardProgram& program, const std::vector<double>& tissues, Isa isa, bool with_jacobian = true) {
  const std::size_t n = tissues.size() / n_input;
  Bound session(program, isa);
  GuardedBuffer<double> in(tissues);
  GuardedBuffer<float> coefficients(n * n_part), jacobian(with_jacobian ? n * n_input * n_part : 0);
  Evaluated result{{}, {}, std::vector<VoxelStatus>(n)};
  ForwardResults out{.coefficients = {coefficients.data(), n, n_part}, .status = {result.status.data(), n}};
  if (with_jacobian) out.jacobian = {jacobian.data(), n, n_input * n_part};
  EXPECT_EQ(session->evaluate({in.data(), n, n_input}, out), Status::ok);
  result.coefficients = coefficients.values();
  result.jacobian = jacobian.values();
  return result;
}

TEST(ForwardFunction, IsThatOfTheLibraryWithinAFewRoundings) {
  const auto expect_near = [](ForwardFunction function, double x, double value, double slope) {
    const Sloped found = forward_function(function, x, 0.4);
    EXPECT_NEAR(found.value, value, 4 * 0x1p-53 * std::max(1.0, std::abs(value))) << static_cast<int>(function) << " of " << x;
    EXPECT_NEAR(found.slope, slope, 4 * 0x1p-53 * std::max(1.0, std::abs(slope))) << static_cast<int>(function) << " of " << x;
  };
  for (double x = 1e-7; x < 9e4; x *= 1.0137) {
    expect_near(ForwardFunction::identity, x, x, 1);
    expect_near(ForwardFunction::saturation, x, x / (x + 0.4), 0.4 / ((x + 0.4) * (x + 0.4)));
    for (const double angle : {x, -x}) {
      expect_near(ForwardFunction::cosine, angle, std::cos(angle), -std::sin(angle));
      expect_near(ForwardFunction::sine, angle, std::sin(angle), std::cos(angle));
    }
  }
}

TEST(ForwardFunction, WhereThereIsNoneIsNan) {
  using F = ForwardFunction;
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [function, x] : {std::pair{F::saturation, -0.4},
                                    {F::saturation, -1.0},
                                    {F::cosine, 2e5},
                                    {F::sine, -2e5},
                                    {F::identity, infinity},
                                    {F::sine, infinity}})
    EXPECT_TRUE(std::isnan(forward_function(function, x, 0.4).value)) << static_cast<int>(function) << " of " << x;
}

class Forward : public testing::TestWithParam<PhaseKind> {};

TEST_P(Forward, IsThatOfDoublePrecisionWithinRoundingOnEveryIsa) {
  const ForwardNetwork network(GetParam(), 5);
  const std::vector<double> tissues = network.tissues(50, 1);
  IsaRecord record;
  for (const Isa isa : runnable_isas()) {
    const Evaluated found = evaluate(network.program(), tissues, isa);
    for (std::size_t v = 0; v < 50; ++v) {
      const std::vector<Rounded> exact = network.exact(&tissues[v * n_input]);
      for (std::size_t j = 0; j < n_part; ++j) {
        ASSERT_NEAR(found.coefficients[v * n_part + j], exact[j].value, 1.01 * exact[j].value_error)
            << name(isa) << " voxel " << v;
        for (std::size_t i = 0; i < n_input; ++i)
          ASSERT_NEAR(found.jacobian[(v * n_input + i) * n_part + j], exact[j].slope[i], 1.01 * exact[j].slope_error[i])
              << name(isa) << " voxel " << v << " part " << j << " by input " << i;
      }
    }
    record.ran(isa);
  }
  record.expect_scalar_and_best();
}

// Single precision leaves central differences of a step h an error of 2 e / (2 h), e the rounding of a value; the third
// derivative adds h^2 / 6 of it, which a second step tells: twice the difference of both. A table has another third derivative
// in every interval (22.5 rad/s): the off-resonance is moved to the middle of its own, and steps stay within it.
TEST_P(Forward, DerivativesAreThoseOfCentralDifferences) {
  const ForwardNetwork network(GetParam(), 6);
  std::size_t n_told = 0;
  for (const Isa isa : runnable_isas())
    for (std::size_t v = 0; v < 20; ++v) {
      const std::vector<double> tissue = network.tissues(20, 2);
      std::vector<double> at(tissue.begin() + static_cast<std::ptrdiff_t>(v * n_input),
                             tissue.begin() + static_cast<std::ptrdiff_t>((v + 1) * n_input));
      at[2] = std::copysign((std::floor(std::abs(at[2]) / 22.5) + 0.5) * 22.5, at[2]);
      const Evaluated found = evaluate(network.program(), at, isa);
      const std::vector<Rounded> exact = network.exact(at.data());
      for (std::size_t i = 0; i < n_input; ++i) {
        const double h = (network.program().inputs[i].maximum - network.program().inputs[i].minimum) * (i == 2 ? 5e-3 : 1e-2);
        const auto slope = [&](std::size_t j, double step) {
          std::vector<double> both = at;
          both.insert(both.end(), at.begin(), at.end());
          both[i] += step;
          both[n_input + i] -= step;
          const Evaluated values = evaluate(network.program(), both, isa, false);
          return (double{values.coefficients[j]} - values.coefficients[n_part + j]) / (2 * step);
        };
        for (std::size_t j = 0; j < n_part; j += 2) {
          const double once = slope(j, h), half = slope(j, h / 2);
          const double bound = 2 * std::abs(once - half) + 4 * exact[j].value_error / h + 1.01 * exact[j].slope_error[i];
          const double derivative = found.jacobian[i * n_part + j];
          EXPECT_NEAR(derivative, half, bound) << name(isa) << " voxel " << v << " part " << j << " by input " << i;
          if (bound < 0.1 * std::abs(derivative)) ++n_told;
        }
      }
    }
  EXPECT_GT(n_told, 100u) << "bounds so wide that they say nothing";
}

TEST_P(Forward, AVoxelDependsNeitherOnItsBatchNorOnWhatIsAskedForNorOnTheLayout) {
  const ForwardNetwork network(GetParam(), 7);
  const std::vector<double> tissues = network.tissues(61, 3);
  for (const Isa isa : runnable_isas()) {
    const Evaluated all = evaluate(network.program(), tissues, isa);
    const Evaluated values = evaluate(network.program(), tissues, isa, false);
    EXPECT_EQ(bits_of(values.coefficients), bits_of(all.coefficients)) << name(isa);
    for (const std::size_t n : {1u, 2u, 5u, 9u, 10u}) {
      const Evaluated few =
          evaluate(network.program(), {tissues.end() - static_cast<std::ptrdiff_t>(n * n_input), tissues.end()}, isa);
      EXPECT_EQ(bits_of(few.coefficients),
                bits_of({all.coefficients.end() - static_cast<std::ptrdiff_t>(n * n_part), all.coefficients.end()}))
          << name(isa) << ' ' << n;
      EXPECT_EQ(bits_of(few.jacobian),
                bits_of({all.jacobian.end() - static_cast<std::ptrdiff_t>(n * n_input * n_part), all.jacobian.end()}))
          << name(isa) << ' ' << n;
    }
    Bound session(network.program(), isa);
    std::vector<double> planes(tissues.size());
    for (std::size_t v = 0; v < 61; ++v)
      for (std::size_t i = 0; i < n_input; ++i) planes[i * 61 + v] = tissues[v * n_input + i];
    std::vector<float> c(61 * n_part), j(61 * n_input * n_part);
    ASSERT_EQ(session->evaluate(View2<const double>::planes(planes.data(), 61, n_input),
                                {.coefficients = View2<float>::planes(c.data(), 61, n_part),
                                 .jacobian = View2<float>::planes(j.data(), 61, n_input * n_part)}),
              Status::ok);
    for (std::size_t v = 0; v < 61; ++v)
      for (std::size_t k = 0; k < n_input * n_part; ++k) ASSERT_EQ(j[k * 61 + v], all.jacobian[v * n_input * n_part + k]);
  }
}

INSTANTIATE_TEST_SUITE_P(Domains, Forward, testing::Values(PhaseKind::whole, PhaseKind::mirrored, PhaseKind::table),
                         [](const auto& kind) {
                           return kind.param == PhaseKind::whole      ? "Whole"
                                  : kind.param == PhaseKind::mirrored ? "Mirrored"
                                                                      : "Table";
                         });

TEST(ForwardSession, TheOtherSignOfTheOffResonanceIsTheConjugate) {
  const ForwardNetwork network(PhaseKind::mirrored, 8);
  std::vector<double> tissue = network.tissues(1, 4);
  tissue[2] = 300;
  const Evaluated plus = evaluate(network.program(), tissue, Isa::automatic);
  tissue[2] = -300;
  const Evaluated minus = evaluate(network.program(), tissue, Isa::automatic);
  tissue[2] = 300 - 5 * network.program().period;
  const Evaluated later = evaluate(network.program(), tissue, Isa::automatic);
  EXPECT_EQ(later.coefficients, plus.coefficients);
  EXPECT_EQ(later.status, std::vector{VoxelStatus::ok});
  for (std::size_t j = 0; j < n_part; ++j) {
    const float sign = j < 3 ? 1 : -1;
    EXPECT_EQ(minus.coefficients[j], sign * plus.coefficients[j]);
    for (std::size_t i = 0; i < n_input; ++i)
      EXPECT_EQ(minus.jacobian[i * n_part + j], (i == 2 ? -sign : sign) * plus.jacobian[i * n_part + j]) << i << ' ' << j;
  }
}

TEST(ForwardSession, WhatIsAntiperiodicChangesItsSignFromPeriodToPeriod) {
  const ForwardNetwork network(PhaseKind::table, 8);
  std::vector<double> tissue = network.tissues(1, 4);
  tissue[2] = 300;
  const Evaluated here = evaluate(network.program(), tissue, Isa::automatic);
  for (const int periods : {-3, 1, 2}) {
    tissue[2] = 300 + periods * network.program().period;
    const Evaluated there = evaluate(network.program(), tissue, Isa::automatic);
    const float sign = periods % 2 == 0 ? 1 : -1;
    for (std::size_t j = 0; j < n_part; ++j) EXPECT_EQ(there.coefficients[j], sign * here.coefficients[j]) << periods;
    for (std::size_t k = 0; k < n_input * n_part; ++k) EXPECT_EQ(there.jacobian[k], sign * here.jacobian[k]) << periods;
  }
}

TEST(ForwardSession, VoxelsThatMakeNoSenseAreFlaggedAndTouchNoOther) {
  const ForwardNetwork network(PhaseKind::mirrored, 9);
  std::vector<double> tissues = network.tissues(9, 5);
  const Evaluated before = evaluate(network.program(), tissues, Isa::automatic);
  tissues[1 * n_input + 1] = std::numeric_limits<double>::quiet_NaN();
  tissues[3 * n_input + 1] = -3;  // no saturation
  tissues[4 * n_input + 1] = 5;   // beyond its range, but a number
  tissues[6 * n_input + 2] = std::numeric_limits<double>::infinity();
  const Evaluated found = evaluate(network.program(), tissues, Isa::automatic);
  for (std::size_t v = 0; v < 9; ++v) {
    const bool is_blank = v == 1 || v == 3 || v == 6;
    EXPECT_EQ(found.status[v], is_blank ? VoxelStatus::non_finite : v == 4 ? VoxelStatus::outside_range : VoxelStatus::ok) << v;
    for (std::size_t k = 0; k < n_input * n_part; ++k) {
      const float is = found.jacobian[v * n_input * n_part + k], was = before.jacobian[v * n_input * n_part + k];
      if (v != 4) {
        EXPECT_EQ(is, is_blank ? 0 : was) << v;
      }
    }
    for (std::size_t k = 0; k < n_part && is_blank; ++k) EXPECT_EQ(found.coefficients[v * n_part + k], 0);
  }
}

TEST(ForwardSession, WrongShapesAreRefusedAndNothingIsWritten) {
  const ForwardNetwork network(PhaseKind::mirrored, 10);
  const std::vector<double> tissues = network.tissues(3, 6);
  std::vector<float> c(3 * n_part, 7), j(3 * n_input * n_part, 7);
  ForwardSession unbound;
  const View2<const double> in{tissues.data(), 3, n_input};
  const View2<float> good{c.data(), 3, n_part}, good_jacobian{j.data(), 3, n_input * n_part};
  EXPECT_EQ(unbound.evaluate(in, {.coefficients = good}), Status::not_bound);
  Bound session(network.program(), Isa::automatic);
  for (const ForwardResults& out :
       {ForwardResults{.coefficients = {c.data(), 2, n_part}}, ForwardResults{.coefficients = {c.data(), 3, 5}},
        ForwardResults{.coefficients = {nullptr, 3, n_part}},
        ForwardResults{.coefficients = good, .jacobian = {j.data(), 3, n_part}},
        ForwardResults{.coefficients = {c.data(), 3, n_part, 2}}})
    EXPECT_EQ(session->evaluate(in, out), Status::bad_shape);
  EXPECT_EQ(session->evaluate({tissues.data(), 3, 3}, {.coefficients = good}), Status::bad_shape);
  EXPECT_EQ(c, std::vector<float>(3 * n_part, 7));
  EXPECT_EQ(session->evaluate({nullptr, 0, n_input}, {.coefficients = {nullptr, 0, n_part}}), Status::ok);
}

TEST(ForwardSession, BindRefusesWhatContradictsItself) {
  using Change = std::function<void(ForwardNetwork&)>;
  const std::vector<Change> changes = {
      [](ForwardNetwork& n) { n.program().version = 0; },
      [](ForwardNetwork& n) { n.program().n_coeff = 4; },
      [](ForwardNetwork& n) { n.program().n_input = 17; },
      [](ForwardNetwork& n) { n.program().n_feature = 7; },
      [](ForwardNetwork& n) { n.program().periodic_input = 4; },
      [](ForwardNetwork& n) { n.program().periodic_input = -1; },
      [](ForwardNetwork& n) { n.program().period = 0; },
      [](ForwardNetwork& n) { n.program().n_op = 6; },
      [](ForwardNetwork& n) { n.input(1).minimum = std::numeric_limits<double>::quiet_NaN(); },
      [](ForwardNetwork& n) { n.feature(2).inputs[1] = 4; },
      [](ForwardNetwork& n) { n.feature(2).n_factor = 5; },
      [](ForwardNetwork& n) { n.feature(2).inverse_std = 0; },
      [](ForwardNetwork& n) { n.feature(2).function = static_cast<ForwardFunction>(7); },
      [](ForwardNetwork& n) { n.op(0).n_in -= 1; },
      [](ForwardNetwork& n) { n.op(0).out_slot = 3; },
      [](ForwardNetwork& n) { n.op(1).out_slot = n.op(1).in_slot; },
      [](ForwardNetwork& n) { n.op(1).kind = OpKind::relu; },
      [](ForwardNetwork& n) { n.op(4).add_slot = 2; },
      [](ForwardNetwork& n) { n.op(0).n_out = 22; },
      [](ForwardNetwork& n) { n.op(2).weights = nullptr; },
      [](ForwardNetwork& n) { n.program().is_antiperiodic = 2; },
      [](ForwardNetwork& n) { n.program().table_intervals = 5; },
      [](ForwardNetwork& n) { n.feature(1).offset = 0; },
      // of a program with a table:
      [](ForwardNetwork& n) { n.program().table_intervals = 0; },
      [](ForwardNetwork& n) { n.program().table = nullptr; },
      [](ForwardNetwork& n) { n.program().table += 1; },
      [](ForwardNetwork& n) { n.program().is_mirrored = 0; },
      [](ForwardNetwork& n) { n.feature(1).inputs[0] = 2; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ForwardNetwork network(i + 5 < changes.size() ? PhaseKind::mirrored : PhaseKind::table, 11);
    ASSERT_GT(ForwardSession::arena_bytes(network.program()), 0u);
    changes[i](network);
    EXPECT_EQ(ForwardSession::arena_bytes(network.program()), 0u) << "change " << i;
    ForwardSession session;
    alignas(64) static std::byte arena[65536];
    EXPECT_EQ(session.bind(network.program(), arena, sizeof arena), Status::bad_program) << "change " << i;
  }
}

TEST(ForwardSession, BindRefusesArenas) {
  const ForwardNetwork network(PhaseKind::mirrored, 12);
  const std::size_t bytes = ForwardSession::arena_bytes(network.program());
  EXPECT_EQ(bytes, 3 * 23 * layout::tile_voxels * sizeof(float));
  alignas(64) static std::byte arena[65536];
  ForwardSession session;
  EXPECT_EQ(session.bind(network.program(), arena, bytes - 1), Status::arena_too_small);
  EXPECT_EQ(session.bind(network.program(), nullptr, bytes), Status::arena_too_small);
  EXPECT_EQ(session.bind(network.program(), arena + 4, bytes), Status::arena_misaligned);
  EXPECT_EQ(session.program(), nullptr);
  ASSERT_EQ(session.bind(network.program(), arena, bytes), Status::ok);
  ForwardSession moved = std::move(session);
  EXPECT_EQ(moved.program(), &network.program());
}

}  // namespace
}  // namespace crbrt::tests
