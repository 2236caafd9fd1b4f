/// What a Model owns: the program and everything its pointers point at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crbrt/network.hpp"

namespace crbrt {

/// The integer program and its tables. Vectors of vectors: a table stays where it is while more are added.
struct IntegerStorage {
  Program program{};
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<IntegerTables> tables;          ///< one per operation between quantize and dequantize
  std::vector<IntegerGroupNorm> group_norms;  ///< likewise; used by some
  std::vector<std::vector<std::int8_t>> s8;
  std::vector<std::vector<std::int16_t>> s16;
  std::vector<std::vector<std::int32_t>> s32;
  std::vector<float> input_scale, output_scale;
};

struct Model::Storage {
  Program program{};
  ModelInfo info;
  std::vector<NetworkOutput> output_text;  ///< owns the characters of names and units
  std::vector<Output> outputs;
  Uncertainty uncertainty{};
  Atypicality atypicality{};
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<std::vector<float>> tables;    ///< packed weights and everything else ops point at
  std::unique_ptr<IntegerStorage> integers;  ///< null: no integer form
};

}  // namespace crbrt
