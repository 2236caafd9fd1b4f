// SPDX-License-Identifier: Apache-2.0
// Which standard deviations are at a limit of the model's, output after output: over a batch that is still in the cache.
#include "crbrt/session.h"
#include "runtime/src/prior_pull.h"
#include "runtime/src/view_check.h"

namespace crbrt {

Status find_std_limits(const Program& program, const View2<const float>& estimates,
                       const View2<const float>& standard_deviations, const View1<std::uint32_t>& at_limit) noexcept {
  const std::size_t n = standard_deviations.rows;
  if (!fits(estimates, n, program.n_output) || !fits(standard_deviations, n, program.n_output) || (n > 0 && !fits(at_limit, n)))
    return Status::bad_shape;
  for (std::size_t v = 0; v < n; ++v) at_limit.data[v * at_limit.stride] = 0;
  for (std::size_t j = 0; j < program.n_output; ++j) {
    const Output& output = program.outputs[j];
    const float* estimate = estimates.data + j * estimates.column_stride;
    const float* std = standard_deviations.data + j * standard_deviations.column_stride;
    const std::uint32_t bit = std::uint32_t{1} << (j < 31 ? j : 31);
    // The pull lifts what was the least, and cuts at the most.
    for (std::size_t v = 0; v < n; ++v, estimate += estimates.row_stride, std += standard_deviations.row_stride)
      if (*std > 0 && (*std <= output.std_minimum || with_prior_pull(*std, *estimate, output) >= output.std_maximum))
        at_limit.data[v * at_limit.stride] |= bit;
  }
  return Status::ok;
}

}  // namespace crbrt
