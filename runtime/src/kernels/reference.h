/// The normative kernels: plain loops, one voxel after the other, no vectors. They are what docs/numerics.md says in code;
/// every kernel of every instruction set equals them bit for bit. Built for tests only, never into the library.
#pragma once

#include "runtime/src/kernel_table.h"

namespace crbrt {

/// The one freedom: an instruction set with FMA rounds a * b + c once, the others round twice.
enum class MulAdd { rounded_twice, fused };

/// How the kernels of an instruction set compute a * b + c.
MulAdd mul_add_of(Isa isa) noexcept;

float mul_add_ref(MulAdd kind, float a, float b, float c) noexcept;

PreprocessFlags preprocess_ref(const PreprocessArgs& a) noexcept;
void dense_ref(MulAdd kind, const DenseArgs& a) noexcept;
void group_norm_ref(MulAdd kind, const GroupNormArgs& a) noexcept;
// Integer programs. finish_ref: what becomes of a sum; `number` is s32, s16 or u8.
void quantize_ref(const QuantizeArgs& a) noexcept;
void dequantize_ref(const DequantizeArgs& a) noexcept;
void dense_u8_ref(const DenseFixedArgs& a) noexcept;
void dense_s16_ref(const DenseFixedArgs& a) noexcept;
void affine_fixed_ref(const AffineFixedArgs& a) noexcept;
void group_norm_fixed_ref(const GroupNormFixedArgs& a) noexcept;
std::int32_t finish_ref(std::int32_t acc, const FixedTables& tables, std::size_t j, Number number, bool relu,
                        std::int32_t add) noexcept;

void relu_ref(const ReluArgs& a) noexcept;
void affine_ref(MulAdd kind, const AffineArgs& a) noexcept;
layout::VoxelBits estimate_ref(const EstimateArgs& a) noexcept;
void uncertainty_ref(const UncertaintyArgs& a) noexcept;

}  // namespace crbrt
