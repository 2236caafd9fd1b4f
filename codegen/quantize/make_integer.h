// SPDX-License-Identifier: Apache-2.0
/// The whole way from a model and what the user asked for to the model with an integer form and its measured cost.
#pragma once

#include <string>

#include "crbrt/network.hpp"

namespace crbrt::codegen {

struct IntegerRequest {
  std::string model_path;
  std::string precision;     ///< "i8", "i16" or "mixed"
  double budget = 0.01;      ///< mixed: refused where it cannot be held. i8, i16: 0 = only measured
  std::string dataset_path;  ///< empty: the model's embedded sample
  std::string weights_path;  ///< a fine-tuned model that gives the integers; empty: the model itself
};

/// Throws cli errors: a budget that cannot be held is a DisagreementError that says the best there is.
ModelFile make_integer(const IntegerRequest& request);

}  // namespace crbrt::codegen
