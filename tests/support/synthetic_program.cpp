// SPDX-License-Identifier: Apache-2.0
// Random programs. Weights follow He's rule, so activations keep their size through any depth. Numbers come from integers by
// exact steps, not from the standard library's distributions, so that a program is the same everywhere and can be pinned.
#include "tests/support/synthetic_program.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace crbrt::tests {

namespace {

/// Uniform with mean 0 and standard deviation 1, on a grid of 2^-23 * sqrt(3).
float uniform(std::mt19937& random) {
  const float u = static_cast<float>(random() >> 8) * 0x1p-23f - 1;  // [-1, 1), exact
  return u * 1.7320508f;
}

}  // namespace

SyntheticProgram::SyntheticProgram(std::uint32_t n_coeff, std::uint32_t seed) : random_(seed) {
  width_ = 2 * n_coeff;
  slot_width_ = {width_};
  program_.version = program_version;
  program_.name = "synthetic";
  program_.model_sha256 = "0000000000000000000000000000000000000000000000000000000000000000";
  program_.n_coeff = n_coeff;
  program_.preprocessing = {0, -1, 1, random(width_, 0, 0.1f), nullptr};
  std::vector<float> inverse_std(width_);
  for (float& x : inverse_std) x = 3 + uniform(random_);
  program_.preprocessing.inverse_std = data_.emplace_back(std::move(inverse_std)).data();
}

const float* SyntheticProgram::random(std::size_t n, float mean, float std) {
  std::vector<float> values(n);
  for (float& x : values) {
    const float step = std * uniform(random_);  // a statement of its own: never fused with the sum
    x = mean + step;
  }
  return data_.emplace_back(std::move(values)).data();
}

const float* SyntheticProgram::packed(const float* drawn, std::size_t n_in, std::size_t n_out) {
  std::vector<float> table(layout::packed_size(n_in, n_out));
  for (std::size_t first = 0; first < n_out; first += layout::tile_outputs)
    for (std::size_t k = 0; k < n_in; ++k)
      for (std::size_t j = first; j < first + layout::tile_outputs; ++j)
        table[layout::packed_index(n_in, n_out, j, k)] = *drawn++;
  return data_.emplace_back(std::move(table)).data();
}

std::uint32_t SyntheticProgram::next_slot(std::uint32_t width) {
  slot_width_.resize(std::max<std::size_t>(slot_width_.size(), 3), 1);
  const std::uint32_t slot = slot_ == 1 ? 2 : 1;
  slot_width_[slot] = std::max(slot_width_[slot], width);
  return slot;
}

Op& SyntheticProgram::push(OpKind kind, std::uint32_t n_out, std::uint32_t out_slot, bool relu) {
  ops_.push_back({kind, width_, n_out, slot_, out_slot, -1, relu ? 1u : 0u, 0, 0, nullptr, nullptr});
  slot_ = out_slot;
  width_ = n_out;
  return ops_.back();
}

void SyntheticProgram::dense(std::uint32_t n_out, bool relu, std::int32_t add_slot) {
  const std::uint32_t n_in = width_;
  program_.macs_per_voxel += std::uint64_t{n_in} * n_out;
  Op& op = push(OpKind::dense, n_out, next_slot(n_out), relu);
  op.add_slot = add_slot;
  op.weights = packed(random(layout::packed_size(n_in, n_out), 0, std::sqrt(2.0f / static_cast<float>(n_in))), n_in, n_out);
  op.bias = random(layout::padded_outputs(n_out), 0, 0.1f);
}

void SyntheticProgram::group_norm(std::uint32_t n_group, bool relu) {
  Op& op = push(OpKind::group_norm, width_, slot_, relu);
  op.n_group = n_group;
  op.epsilon = 1e-5f;
  op.weights = random(width_, 1, 0.2f);
  op.bias = random(width_, 0, 0.2f);
}

void SyntheticProgram::affine(bool relu) {
  Op& op = push(OpKind::affine, width_, slot_, relu);
  op.weights = random(width_, 1, 0.2f);
  op.bias = random(width_, 0, 0.2f);
}

void SyntheticProgram::relu() { push(OpKind::relu, width_, slot_, true); }

std::int32_t SyntheticProgram::keep() {
  slot_width_.resize(std::max<std::size_t>(slot_width_.size(), 3), 1);
  const auto kept = static_cast<std::uint32_t>(slot_width_.size());
  slot_width_.push_back(width_);
  Op& op = push(OpKind::affine, width_, kept, false);
  op.weights = data_.emplace_back(width_, 1.0f).data();
  op.bias = data_.emplace_back(width_, 0.0f).data();
  return static_cast<std::int32_t>(kept);
}

const Program& SyntheticProgram::finish() {
  const std::uint32_t without_score = width_ - (program_.atypicality != nullptr ? 1 : 0);
  program_.n_output = program_.uncertainty != nullptr ? without_score / 4 : without_score;
  outputs_.assign(program_.n_output, Output{"estimate", "1", 0.5f, 2.0f, -FLT_MAX, FLT_MAX});
  program_.n_op = static_cast<std::uint32_t>(ops_.size());
  program_.n_slot = static_cast<std::uint32_t>(slot_width_.size());
  program_.outputs = outputs_.data();
  program_.ops = ops_.data();
  program_.slot_width = slot_width_.data();
  return program_;
}

namespace {

void build_lean(SyntheticProgram& program, std::uint32_t n_feature) {
  for (const std::uint32_t width : {64u, 64u, 64u, 64u, 32u}) program.dense(width, true);
  program.dense(n_feature, false);
  program.finish();
}

void build_mixed(SyntheticProgram& program, std::uint32_t n_feature) {
  program.dense(30, false);
  program.group_norm(5, true);
  const std::int32_t skip = program.keep();
  program.dense(23, false);
  program.affine(true);
  program.dense(30, true, skip);
  program.relu();
  program.dense(n_feature, false);
  program.finish();
}

void give_both(SyntheticProgram& program) {
  program.give_uncertainty();
  program.give_atypicality();
}

}  // namespace

void build_lean_network(SyntheticProgram& program) { build_lean(program, 3); }
void build_mixed_network(SyntheticProgram& program) { build_mixed(program, 5); }

void build_uncertain_lean_network(SyntheticProgram& program) {
  give_both(program);
  build_lean(program, 3 * 4 + 1);
}

void build_uncertain_mixed_network(SyntheticProgram& program) {
  give_both(program);
  build_mixed(program, 5 * 4 + 1);
}

std::vector<float> random_coefficients(std::size_t n_voxel, std::size_t n_coeff, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> coefficients(n_voxel * 2 * n_coeff);
  for (float& x : coefficients) x = uniform(random);
  return coefficients;
}

}  // namespace crbrt::tests
