// SPDX-License-Identifier: Apache-2.0
/// What integer programs compute between their floats: the network's input and the 32-bit sums of the last layer, which a
/// session overwrites. The same program with slots of their own for these two leaves them in the arena.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "crbrt/crbrt.hpp"

namespace crbrt::tests {

struct IntegerResult {
  std::vector<std::int16_t> inputs;  ///< [n_voxel, 2 * n_coeff]
  std::vector<std::int32_t> sums;    ///< [n_voxel, n_output]
  std::vector<float> estimates;      ///< [n_voxel, n_output]
  std::vector<VoxelStatus> status;
};

/// A program whose input and sums are still there when it has run.
class KeptIntegers {
 public:
  explicit KeptIntegers(const Program& original)
      : program_(original),
        ops_(original.ops, original.ops + original.n_op),
        slot_width_(original.slot_width, original.slot_width + original.n_slot) {
    give_input_a_slot();
    ops_.back().out_slot = new_slot(ops_.back().n_out);
    program_.ops = ops_.data();
    program_.slot_width = slot_width_.data();
    program_.n_slot = static_cast<std::uint32_t>(slot_width_.size());
  }
  KeptIntegers(const KeptIntegers&) = delete;
  KeptIntegers& operator=(const KeptIntegers&) = delete;

  const Program& program() const noexcept { return program_; }
  /// Words of the arena before the first of them.
  std::size_t input_words() const noexcept { return words_before(ops_.front().out_slot); }
  std::size_t sum_words() const noexcept { return words_before(ops_.back().in_slot); }

 private:
  std::uint32_t new_slot(std::uint32_t width) {
    slot_width_.push_back(width);
    return static_cast<std::uint32_t>(slot_width_.size() - 1);
  }

  /// Who reads the slot before somebody else writes to it reads the input.
  void give_input_a_slot() {
    const std::uint32_t old = ops_.front().out_slot, own = new_slot(slot_width_[old]);
    ops_.front().out_slot = own;
    for (std::size_t i = 1; i < ops_.size(); ++i) {
      if (ops_[i].in_slot == old) ops_[i].in_slot = own;
      if (ops_[i].add_slot == static_cast<std::int32_t>(old)) ops_[i].add_slot = static_cast<std::int32_t>(own);
      if (ops_[i].out_slot == old) break;
    }
  }

  std::size_t words_before(std::uint32_t slot) const noexcept {
    std::size_t words = 0;
    for (std::uint32_t i = 0; i < slot; ++i) words += slot_width_[i] * layout::tile_voxels;
    return words;
  }

  Program program_;
  std::vector<Op> ops_;
  std::vector<std::uint32_t> slot_width_;
};

/// Coefficients are whole numbers of 16 bits, [n_voxel, 2 * n_coeff]. Empty where the session cannot be bound.
inline IntegerResult run_integers(const Program& original, const std::vector<std::int16_t>& coefficients, Isa isa) {
  const KeptIntegers kept(original);
  const Program& program = kept.program();
  const std::size_t n_in = 2 * std::size_t{program.n_coeff}, n_out = program.n_output, n_voxel = coefficients.size() / n_in;
  const std::vector<float> in(coefficients.begin(), coefficients.end());
  IntegerResult result{std::vector<std::int16_t>(n_voxel * n_in), std::vector<std::int32_t>(n_voxel * n_out),
                       std::vector<float>(n_voxel * n_out), std::vector<VoxelStatus>(n_voxel)};
  std::vector<std::byte> memory(Session::arena_bytes(program) + layout::arena_alignment);
  const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(memory.data()) % layout::arena_alignment;
  std::byte* const arena = memory.data() + (layout::arena_alignment - misaligned);
  Session session;
  if (session.bind(program, arena, Session::arena_bytes(program), isa) != Status::ok) return {};
  for (std::size_t first = 0; first < n_voxel; first += layout::tile_voxels) {
    const std::size_t n = std::min(layout::tile_voxels, n_voxel - first);
    const std::size_t stride = n == 1 ? 1 : layout::tile_voxels;  // a tile of one voxel has its words side by side
    const Results views{.estimates = {&result.estimates[first * n_out], n, n_out}, .status = {&result.status[first], n}};
    if (session.run(Coefficients::rows(&in[first * n_in], n, program.n_coeff), views) != Status::ok) return {};
    for (std::size_t v = 0; v < n; ++v) {
      for (std::size_t j = 0; j < n_out; ++j)
        std::memcpy(&result.sums[(first + v) * n_out + j], arena + 4 * (kept.sum_words() + j * stride + v), 4);
      for (std::size_t f = 0; f < n_in; ++f)
        std::memcpy(&result.inputs[(first + v) * n_in + f], arena + 4 * (kept.input_words() + f / 2 * stride + v) + f % 2 * 2,
                    2);
    }
  }
  return result;
}

}  // namespace crbrt::tests
