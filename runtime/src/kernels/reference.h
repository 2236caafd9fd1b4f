// SPDX-License-Identifier: Apache-2.0
/// The normative kernels: plain loops, one voxel after the other, no vectors. They are what docs/numerics.md says in code;
/// every kernel of every instruction set equals them bit for bit. Built for tests only, never into the library.
#pragma once

#include <cstring>

#include "runtime/src/kernel_table.h"
#include "runtime/src/kernels/kernels-inl.h"

namespace crbrt {

/// The one freedom: an instruction set with FMA rounds a * b + c once, the others round twice.
enum class MulAdd { rounded_twice, fused };

/// How the kernels of an instruction set compute a * b + c.
MulAdd mul_add_of(Isa isa) noexcept;

float mul_add_ref(MulAdd kind, float a, float b, float c) noexcept;

/// What becomes of a sum; `number` is s32, s16 or u8.
std::int32_t finish_ref(std::int32_t acc, const IntegerTables& tables, std::size_t j, Number number, bool relu,
                        std::int32_t add) noexcept;

/// How the normative kernels read and write integer features of a tile: one by one, byte by byte (layout.h).
struct IntegerTile {
  void* data;
  Number number;

  std::int32_t get(std::size_t feature, std::size_t voxel) const {
    const auto read = [&](auto value) {
      std::memcpy(&value, at(feature, voxel), sizeof value);
      return static_cast<std::int32_t>(value);
    };
    if (number == Number::u8) return read(std::uint8_t{});
    return number == Number::s16 ? read(std::int16_t{}) : read(std::int32_t{});
  }

  void set(std::size_t feature, std::size_t voxel, std::int32_t x) const {
    const auto write = [&](auto value) { std::memcpy(at(feature, voxel), &value, sizeof value); };
    if (number == Number::u8) return write(static_cast<std::uint8_t>(x));
    if (number == Number::s16) return write(static_cast<std::int16_t>(x));
    write(x);
  }

 private:
  unsigned char* at(std::size_t feature, std::size_t voxel) const {
    const std::size_t n = layout::per_word(number), word = (feature / n) * layout::tile_voxels + voxel;
    return static_cast<unsigned char*>(data) + 4 * word + (feature % n) * (4 / n);
  }
};

PreprocessFlags preprocess_ref(const PreprocessArgs& a) noexcept;
layout::VoxelBits estimate_ref(const EstimateArgs& a) noexcept;
void uncertainty_ref(const UncertaintyArgs& a) noexcept;
void root_silu_tangent_ref(MulAdd kind, const RootSiluTangentArgs& a) noexcept;
void phase_table_ref(MulAdd kind, const PhaseTableArgs& a) noexcept;

#define CRBRT_OP(kind, reads, writes, arguments) void kind##_ref(MulAdd, const arguments&) noexcept;
#include "crbrt/format/ops.inc"
#undef CRBRT_OP

/// The op's reference on one tile.
inline void apply_ref(MulAdd kind, const OpCall& call) noexcept {
  switch (call.op.kind) {
#define CRBRT_OP(kind_, reads, writes, arguments) \
  case OpKind::kind_:                             \
    return kind_##_ref(kind, arguments::of(call));
#include "crbrt/format/ops.inc"
#undef CRBRT_OP
  }
}

}  // namespace crbrt
