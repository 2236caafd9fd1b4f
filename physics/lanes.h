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

struct Complex {
  V re, im;
};
inline Complex multiply(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }

// exp(z) by a Taylor polynomial of degree 10 of z / 2^n_square, squared n_square times; the remainder is 6e-15 for
// |z| <= 2^n_square / 4.
inline Complex exp(Complex z, int n_square) {
  double scale = 1;
  for (int i = 0; i < n_square; ++i) scale /= 2;
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
inline Hyperbolic hyperbolic(V x, int n_term) {
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

}  // namespace
}  // namespace crbrt::physics::kernel
