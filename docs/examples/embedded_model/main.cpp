// SPDX-License-Identifier: Apache-2.0
// Estimates one voxel with a compiled model. Nothing here allocates, locks or throws.
#include <cstddef>
#include <cstdio>

#include "crbrt/crbrt.hpp"
#include "estimator.hpp"

namespace {

constexpr const crbrt::Program& program = crbrt::models::estimator;

// The generated header knows the size, so the arena is a static array.
alignas(crbrt::layout::arena_alignment) std::byte arena[crbrt::models::estimator_arena_bytes];

}  // namespace

int main() {
  crbrt::Session session;
  if (const crbrt::Status s = session.bind(program, arena, sizeof arena); s != crbrt::Status::ok)
    return std::puts(crbrt::message(s)), 1;

  // Real parts of all coefficients, then imaginary parts; here a made-up voxel.
  float coefficients[2 * crbrt::models::estimator_n_coeff] = {};
  for (std::size_t i = 0; i < crbrt::models::estimator_n_coeff; ++i) coefficients[i] = 1.0f / static_cast<float>(i + 1);
  float estimates[crbrt::models::estimator_n_output];
  crbrt::VoxelStatus voxel_status;

  const auto in = crbrt::Coefficients::rows(coefficients, 1, crbrt::models::estimator_n_coeff);
  const crbrt::Results out{.estimates = {estimates, 1, crbrt::models::estimator_n_output}, .status = {&voxel_status, 1}};
  if (const crbrt::Status s = session.run(in, out); s != crbrt::Status::ok)
    return std::puts(crbrt::message(s)), 1;
  std::printf("%s on %s\n", program.name, crbrt::name(session.isa()));
  for (std::size_t i = 0; i < program.n_output; ++i)
    std::printf("%s = %g %s\n", program.outputs[i].name, static_cast<double>(estimates[i]), program.outputs[i].unit);
}
