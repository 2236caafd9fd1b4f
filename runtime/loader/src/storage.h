/// What a Model owns: the program and everything its pointers point at.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crbrt/loader.hpp"
#include "runtime/loader/src/network.h"

namespace crbrt {

struct Model::Storage {
  Program program{};
  ModelInfo info;
  std::vector<loading::OutputSpec> output_text;  ///< owns the characters of names and units
  std::vector<Output> outputs;
  Uncertainty uncertainty{};
  Atypicality atypicality{};
  std::vector<Op> ops;
  std::vector<std::uint32_t> slot_width;
  std::vector<std::vector<float>> tables;  ///< packed weights and everything else ops point at
};

}  // namespace crbrt
