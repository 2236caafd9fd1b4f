// SPDX-License-Identifier: Apache-2.0
// A C++ program with a model written by hand: one output, 2 * Re c + 3 * Im c + 1 for a single coefficient c.
#include <array>
#include <crbrt/crbrt.hpp>
#include <cstddef>
#include <cstdio>

namespace {

constexpr std::array<float, 2> mean{0.0f, 0.0f};
constexpr std::array<float, 2> inverse_std{1.0f, 1.0f};
constexpr std::array<float, crbrt::layout::packed_size(2, 1)> weights{2.0f, 0.0f, 0.0f, 0.0f, 3.0f, 0.0f, 0.0f, 0.0f};
constexpr std::array<float, crbrt::layout::padded_outputs(1)> bias{1.0f, 0.0f, 0.0f, 0.0f};

crbrt::Program hand_written_program() {
  static crbrt::Op op{};
  op.kind = crbrt::OpKind::dense;
  op.n_in = 2;
  op.n_out = 1;
  op.out_slot = 1;
  op.add_slot = -1;
  op.weights = weights.data();
  op.bias = bias.data();
  static crbrt::Output output{"sum", "1", 0.0f, 1.0f, -100.0f, 100.0f};
  static const std::array<std::uint32_t, 2> slot_width{2, 1};

  crbrt::Program program{};
  program.version = crbrt::program_version;
  program.name = "by_hand";
  program.model_sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
  program.n_coeff = 1;
  program.n_output = 1;
  program.n_op = 1;
  program.n_slot = 2;
  program.preprocessing = {-1, -1, 0, mean.data(), inverse_std.data()};
  program.outputs = &output;
  program.ops = &op;
  program.slot_width = slot_width.data();
  program.macs_per_voxel = 2;
  return program;
}

}  // namespace

int main() {
  const crbrt::Program program = hand_written_program();
  alignas(crbrt::layout::arena_alignment) static std::array<std::byte, 65536> arena;
  crbrt::Session session;
  if (crbrt::Status s = session.bind(program, arena.data(), arena.size()); s != crbrt::Status::ok) {
    std::puts(crbrt::message(s));
    return 1;
  }
  const std::array<float, 4> coefficients{1.0f, 2.0f, -0.5f, 0.25f};
  std::array<float, 2> estimates{};
  if (crbrt::Status s =
          session.run(crbrt::Coefficients::rows(coefficients.data(), 2, 1), {.estimates = {estimates.data(), 2, 1}});
      s != crbrt::Status::ok) {
    std::puts(crbrt::message(s));
    return 2;
  }
  std::printf("%s: %g %g\n", crbrt::name(session.isa()), static_cast<double>(estimates[0]), static_cast<double>(estimates[1]));
  return estimates[0] == 9.0f && estimates[1] == 0.75f ? 0 : 3;  // exact: small multiples of 1/4
}
