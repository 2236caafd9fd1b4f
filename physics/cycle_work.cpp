// Choice of kernel, storage of a cycle, and 4x4 solves per lane.
#include "physics/cycle_work.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <utility>

namespace crbrt::physics {

using kernel::lanes;
using kernel::n_state;
static_assert(kernel::n_param == static_cast<int>(n_parameter));

const kernel::Functions& best_kernel() {
#ifdef CRBRT_PHYSICS_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return kernel::avx2();
#endif
  return kernel::baseline();
}

kernel::Table plain_table(const Chebyshev2d& t) {
  return {t.x_mid, t.x_half, t.y_mid, t.y_half, t.n_x, t.n_y, t.coefficients.data(), t.row_length.data()};
}

CycleStorage::CycleStorage(std::size_t n_pulse, bool with_gradient) {
  const std::size_t gradient = with_gradient ? n_pulse * kernel::n_param * 2 : 0;
  storage_.resize(lanes *
                  (n_pulse * (3 + 2 * n_state + 2 + 2) + n_state * (n_state + 2) + kernel::n_param * n_state + gradient));
  double* next = storage_.data();
  const auto take = [&next](std::size_t n) { return std::exchange(next, next + n * lanes); };
  work = {take(n_pulse * 3), take(n_pulse * 2 * n_state),     take(n_pulse * 2), take(n_state * n_state), take(n_state),
          take(n_state),     take(kernel::n_param * n_state), take(n_pulse * 2), take(gradient)};
}

LaneTissues::LaneTissues(std::span<const Tissue> tissues) {
  for (int l = 0; l < lanes; ++l) {
    const Tissue& t = tissues[std::min<std::size_t>(l, tissues.size() - 1)];
    const auto all = t.values();
    for (int p = 0; p < kernel::n_param; ++p) values[p * lanes + l] = all[p];
    log_t2_semi[l] = std::log(t.t2_semi_s);
  }
}

void solve_periodic(const kernel::CycleWork& w, Transpose transpose, const double* right, double* solution) {
  for (int l = 0; l < lanes; ++l) {
    Eigen::Matrix4d one_minus_a = Eigen::Matrix4d::Identity();
    Eigen::Vector4d b;
    for (int i = 0; i < n_state; ++i) {
      b[i] = right[i * lanes + l];
      for (int j = 0; j < n_state; ++j) one_minus_a(i, j) -= w.cycle_map[(i * n_state + j) * lanes + l];
    }
    if (transpose == Transpose::yes) one_minus_a.transposeInPlace();
    const Eigen::Vector4d m = one_minus_a.partialPivLu().solve(b);
    for (int i = 0; i < n_state; ++i) solution[i * lanes + l] = m[i];
  }
}

}  // namespace crbrt::physics
