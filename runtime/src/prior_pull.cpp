// SPDX-License-Identifier: Apache-2.0
// What the prior adds to standard deviations, output after output: over a batch that is still in the cache.
#include "runtime/src/prior_pull.h"

#include "crbrt/session.h"
#include "runtime/src/view_check.h"

namespace crbrt {

Status add_prior_pull(const Program& program, const View2<const float>& estimates,
                      const View2<float>& standard_deviations) noexcept {
  const std::size_t n = estimates.rows;
  if (!fits(estimates, n, program.n_output) || !fits(standard_deviations, n, program.n_output)) return Status::bad_shape;
  for (std::size_t j = 0; j < program.n_output; ++j) {
    const Output& output = program.outputs[j];
    const float* estimate = estimates.data + j * estimates.column_stride;
    float* std = standard_deviations.data + j * standard_deviations.column_stride;
    for (std::size_t v = 0; v < n; ++v, estimate += estimates.row_stride, std += standard_deviations.row_stride)
      *std = with_prior_pull(*std, *estimate, output);
  }
  return Status::ok;
}

}  // namespace crbrt
