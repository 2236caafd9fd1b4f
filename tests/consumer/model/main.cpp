// SPDX-License-Identifier: Apache-2.0
// Compiled and loaded models must agree bit for bit, through both interfaces, on the test vector that the model carries.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <vector>

#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"
#include "embedded.hpp"

extern "C" int estimate_in_c(const float* coefficients, std::size_t n_voxel, float* estimates);

namespace {

// Programs of one model ask for the same arena, whether compiled or loaded.
alignas(crbrt::layout::arena_alignment) std::array<std::byte, crbrt::models::embedded_arena_bytes> arena;

std::vector<float> estimates_of(const crbrt::Program& program, const std::vector<float>& coefficients, std::size_t n_voxel) {
  std::vector<float> estimates(n_voxel * program.n_output);
  crbrt::Session session;
  crbrt::Status status = session.bind(program, arena.data(), arena.size());
  if (status == crbrt::Status::ok) {
    status = session.run(crbrt::Coefficients::rows(coefficients.data(), n_voxel, program.n_coeff),
                         {.estimates = {estimates.data(), n_voxel, program.n_output}});
  }
  if (status != crbrt::Status::ok) std::printf("%s: %s\n", program.name, crbrt::message(status));
  return estimates;
}

bool equal_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  crbrt::Model model;
  const crbrt::LoadResult result = crbrt::load_model_file(argv[1], model);
  if (result.status != crbrt::Status::ok) {
    std::printf("%s: %s\n", argv[1], result.detail.c_str());
    return 3;
  }
  const std::vector<float>& coefficients = model.info().test_coefficients;
  const std::size_t n_voxel = coefficients.size() / (2 * crbrt::models::embedded_n_coeff);
  const std::vector<float> loaded = estimates_of(model.program(), coefficients, n_voxel);
  const std::vector<float> compiled = estimates_of(crbrt::models::embedded, coefficients, n_voxel);
  std::vector<float> in_c(compiled.size());
  if (estimate_in_c(coefficients.data(), n_voxel, in_c.data()) != 0) return 4;
  std::printf("%zu voxels, first estimate %g\n", n_voxel, static_cast<double>(compiled.at(0)));
  return n_voxel > 0 && equal_bits(loaded, compiled) && equal_bits(in_c, compiled) ? 0 : 5;
}
