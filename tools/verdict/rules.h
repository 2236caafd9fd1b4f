// SPDX-License-Identifier: Apache-2.0
/// The rules of docs/verdict.md, each of which gives one finding for each output it applies to.
#pragma once

#include <vector>

#include "tools/verdict/evidence.h"
#include "tools/verdict/finding.h"
#include "tools/verdict/goals.h"

namespace crbrt::verdict {

/// How far the pulse train and the prior let an output be measured.
enum class Encoded {
  well,    ///< the best estimate would be at least 80 % data
  weakly,  ///< between
  not_at_all
};
const char* name(Encoded encoded) noexcept;  ///< "well", "weakly", "not"
Encoded encoded(const evaluation::OutputEncoding& output, double snr, const OutputGoals& goals);

/// What the train says before any training: "encoded", "encoded_in_class", "encoded_part", "basis".
Findings encoding_findings(const Evidence& evidence, const Goals& goals);

/// What the model does: "data_share", "guess", "loss", "loss_at_snr", "bias", "coverage", "worst_part", "grid",
/// "least_squares". `evidence.model` is not empty.
Findings model_findings(const Evidence& evidence, const Goals& goals);

/// What is missing from the evaluation and what to change, from the findings so far.
Findings next_steps(const Evidence& evidence, const Goals& goals, const Findings& findings);

/// The best loss that bound and prior allow over the SNR range: the mean of ideal_data_share over SNRs.
double ideal_loss(const Evidence& evidence, const evaluation::BoundSummary& bounds);

/// The part of the parameter space with the largest value; empty where there are none.
struct WorstPart {
  const evaluation::PartedParameter* parameter = nullptr;
  std::size_t index = 0;
  double value = 0;
};
template <class Value>
WorstPart worst_part(const std::vector<evaluation::PartedParameter>& parameters, Value&& value_of) {
  WorstPart worst;
  for (const evaluation::PartedParameter& parameter : parameters)
    for (std::size_t i = 0; i < parameter.parts.size(); ++i)
      if (const double value = value_of(parameter.parts[i]); worst.parameter == nullptr || value > worst.value)
        worst = {&parameter, i, value};
  return worst;
}

}  // namespace crbrt::verdict
