// SPDX-License-Identifier: Apache-2.0
/// An op of any row of ops.inc, with tables of legal random numbers and tiles of its own: what the test over all operations
/// compares with the reference, and what the benchmarks of kernels time.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/src/kernels/op_call.h"
#include "tests/support/integer_layer.h"
#include "tests/support/tile.h"

namespace crbrt::tests {

/// n_in features of the kind that it reads; n_out differs from n_in for dense layers only.
struct SampleShape {
  OpKind kind;
  std::size_t n_in, n_out;
  Number out;
  std::size_t n_group = 1;
  bool relu = true;
  bool has_extremes = false;  ///< denormals, zeros and huge numbers among float inputs; processors are slow with the first
};

/// What a row may write.
inline std::vector<Number> written_numbers(OpKind kind) {
  std::vector<Number> numbers;
  for (const Number number : {Number::f32, Number::s32, Number::s16, Number::u8})
    if (may_write(kind, number)) numbers.push_back(number);
  return numbers;
}

class SampleOp {
 public:
  SampleOp(const SampleShape& shape, std::uint32_t seed)
      : layer_(is_dense(shape.kind) ? facts(shape.kind).reads : Number::f32, shape.n_in, shape.n_out, seed),
        weights_(constants(shape, seed + 1)),
        bias_(normal_values(layout::padded_outputs(shape.n_out), seed + 2)),
        group_norm_(group_norm_constants(shape.n_in / shape.n_group)),
        in_(words(shape, seed + 3)),
        out_(layout::row_words(shape.out, shape.n_out) * layout::tile_voxels),
        one_in_(layout::row_words(facts(shape.kind).reads, shape.n_in)),
        one_out_(layout::row_words(shape.out, layout::padded_outputs(shape.n_out))) {
    op_.kind = shape.kind;
    op_.n_in = static_cast<std::uint32_t>(shape.n_in);
    op_.n_out = static_cast<std::uint32_t>(shape.n_out);
    op_.add_slot = -1;
    op_.relu = shape.relu ? 1 : 0;
    op_.n_group = static_cast<std::uint32_t>(shape.n_group);
    op_.epsilon = 1e-5f;
    op_.weights = weights_.data();
    op_.bias = bias_.data();
    op_.out = shape.out;
    op_.integers = &layer_.tables;
    op_.integer_group_norm = &group_norm_;
  }
  SampleOp(const SampleOp&) = delete;
  SampleOp& operator=(const SampleOp&) = delete;

  OpCall call(std::size_t n_voxel = layout::tile_voxels) {
    return {op_,
            reinterpret_cast<float*>(in_.data()),
            reinterpret_cast<float*>(out_.data()),
            nullptr,
            op_.n_in,
            op_.n_out,
            op_.n_group,
            op_.out,
            op_.relu != 0,
            n_voxel,
            op_.n_out};
  }

  /// The op on a tile of one voxel, the `voxel`th of the other. Its buffers end at an unmapped page: inputs where the last
  /// feature does, outputs with their padding.
  OpCall call_of_one(std::size_t voxel) {
    for (std::size_t row = 0; row < one_in_.size(); ++row) one_in_.data()[row] = in_.data()[row * layout::tile_voxels + voxel];
    OpCall one = call(1);
    one.in = reinterpret_cast<float*>(one_in_.data());
    one.out = reinterpret_cast<float*>(one_out_.data());
    return one;
  }

  /// What the output tile holds of a feature of a voxel; what pads the last word is nobody's.
  std::uint32_t written(std::size_t feature, std::size_t voxel) const {
    return of_word(out_.data()[feature / layout::per_word(op_.out) * layout::tile_voxels + voxel], feature);
  }

  /// The same of the tile of one voxel.
  std::uint32_t written_of_one(std::size_t feature) const {
    return of_word(one_out_.data()[feature / layout::per_word(op_.out)], feature);
  }

 private:
  std::uint32_t of_word(std::uint32_t word, std::size_t feature) const {
    const std::size_t n = layout::per_word(op_.out), bits = 32 / n;
    return word >> (feature % n * bits) << (32 - bits) >> (32 - bits);
  }

  /// Normal numbers around 0 where any will do; of slopes those that a model may hold, from one end to the other.
  static std::vector<float> constants(const SampleShape& shape, std::uint32_t seed) {
    std::vector<float> values = normal_values(layout::packed_size(shape.n_in, shape.n_out), seed);
    const float largest = shape.kind == OpKind::leaky_relu ? 1.f : shape.kind == OpKind::leaky_relu_s16 ? 32767.f : 0.f;
    if (largest > 0)
      for (float& value : values) value = std::min(std::abs(value) * largest / 2, largest);
    if (shape.kind == OpKind::leaky_relu_s16)
      for (float& value : values) value = std::round(value);
    return values;
  }

  static std::vector<std::uint32_t> words(const SampleShape& shape, std::uint32_t seed) {
    const Number number = facts(shape.kind).reads;
    return number == Number::f32 ? bits_of(normal_tile(shape.n_in, seed, shape.has_extremes))
                                 : random_words(shape.n_in, number, seed);
  }

  IntegerLayer layer_;
  GuardedBuffer<float> weights_, bias_;
  IntegerGroupNorm group_norm_;
  GuardedBuffer<std::uint32_t> in_, out_, one_in_, one_out_;
  Op op_{};
};

}  // namespace crbrt::tests
