// Lane arithmetic of the propagation kernel: a compiler vector of doubles and the few functions the physics needs.
// Everything is in an unnamed namespace, because each ISA compiles its own copy.
#pragma once

#include "physics/kernel.h"

namespace crbrt::physics::kernel {
namespace {

typedef double V __attribute__((vector_size(lanes * sizeof(double))));

inline V splat(double value) { return V{value, value, value, value}; }

inline V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(double* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

inline double max_abs(V v) {
  double largest = 0;
  for (int l = 0; l < lanes; ++l) {
    const double a = v[l] < 0 ? -v[l] : v[l];
    if (a > largest) largest = a;
  }
  return largest;
}

struct Complex {
  V re, im;
};
inline Complex multiply(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }

// exp(z) by a Taylor polynomial of degree 10 of z / 2^s, |z / 2^s| <= 1/4 (remainder 6e-15), squared s times.
inline Complex exp(Complex z) {
  double size = max_abs(z.re) + max_abs(z.im);
  int n_square = 0;
  double scale = 1;
  for (; size > 0.25; size /= 2) {
    ++n_square;
    scale /= 2;
  }
  const Complex u{z.re * scale, z.im * scale};
  Complex e{splat(1), splat(0)};
  for (int n = 10; n > 0; --n) {
    const Complex product = multiply(u, e);
    e = {1 + product.re * (1.0 / n), product.im * (1.0 / n)};
  }
  for (int i = 0; i < n_square; ++i) e = multiply(e, e);
  return e;
}

// cosh(sqrt(x)), sinh(sqrt(x)) / sqrt(x) and the latter's derivative: entire functions of x, so no case distinction.
struct Hyperbolic {
  V c, s, ds_dx;
};
inline Hyperbolic hyperbolic(V x) {
  // The n-th term of c is x^n / (2n)!: enough terms for 1e-16 of the largest |x|.
  const double size = max_abs(x);
  int n_term = 3;
  for (double term = size * size * size / 720; term > 1e-17; ++n_term) term *= size / ((2.0 * n_term + 1) * (2.0 * n_term + 2));
  V c = splat(1), s = splat(1);
  for (int n = n_term; n > 0; --n) {
    c = 1 + x * c * (1 / ((2.0 * n - 1) * (2.0 * n)));
    s = 1 + x * s * (1 / ((2.0 * n) * (2.0 * n + 1)));
  }
  // ds/dx = sum_{n >= 1} n x^(n-1) / (2n+1)!, summed forwards since its terms share no simple Horner ratio.
  V power = splat(1), d = splat(0);
  double factorial = 1;
  for (int n = 1; n <= n_term; ++n) {
    factorial *= (2.0 * n) * (2.0 * n + 1);
    d += power * (n / factorial);
    power *= x;
  }
  return {c, s, d};
}

// Degree at which the Taylor polynomial of exp has an error below 1e-15 for arguments up to `norm`, and halvings before it.
struct TaylorPlan {
  int degree, n_step;
};
inline TaylorPlan taylor_plan(double norm) {
  int n_step = 1;
  while (norm > 8) {  // beyond that, cancellation eats more than four digits of sixteen
    norm *= n_step / (n_step + 1.0);
    ++n_step;
  }
  int degree = 1;
  for (double term = norm; term > 1e-15; term *= norm / degree) ++degree;
  return {degree < 3 ? 3 : degree, n_step};
}

}  // namespace
}  // namespace crbrt::physics::kernel
