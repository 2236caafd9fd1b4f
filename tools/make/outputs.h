// SPDX-License-Identifier: Apache-2.0
/// What a model is to estimate, and in which range: from the tissue prior or the dictionary, where nobody says.
#pragma once

#include <string>
#include <vector>

#include "physics/prior.h"
#include "tools/simulate/foreign_file.h"

namespace crbrt::make {

/// One output of a model: SI, or in the unit of a dictionary.
struct Output {
  std::string name;
  double minimum = 0, maximum = 0;  ///< what an estimate beyond is flagged for
};

/// `wanted`, or, where that is empty, pool size, T1 (apparent or of the free pool, as the prior has it) and T2 of the free
/// pool, those of them that the prior leaves free. The range holds what the prior draws, six standard deviations of a Gaussian
/// at most. Throws base::UsageError for a name that is none or of the other T1 model, and base::DisagreementError naming
/// `prior_file` for a quantity that the prior fixes, and where it fixes all.
std::vector<Output> outputs_of(const physics::Prior& prior, const std::string& prior_file,
                               const std::vector<std::string>& wanted);

/// Of a dictionary: `wanted`, or, where that is empty, all of its unknown parameters that vary. The range holds all of its
/// rows, and a tenth of it to either side. Throws base::DisagreementError naming the file for a name that it does not have or
/// of which it has one value, and where nothing varies, and base::InputError where it cannot be read.
std::vector<Output> outputs_of(const simulate::ForeignHead& dictionary, const std::vector<std::string>& wanted);

}  // namespace crbrt::make
