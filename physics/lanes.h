// SPDX-License-Identifier: Apache-2.0
// Lane arithmetic of the propagation kernel: a compiler vector of doubles or floats and the few functions the physics needs.
// The unit that includes it says which, by CRBRT_PHYSICS_REAL. Everything is in an unnamed namespace, because each ISA compiles
// its own copy.
#pragma once

#include "physics/kernel.h"

namespace crbrt::physics::kernel {
namespace {

using Real = CRBRT_PHYSICS_REAL;
using Args = BasicCycleArgs<Real>;
using Work = BasicCycleWork<Real>;
inline constexpr int lanes = lanes_of<Real>;

typedef Real V __attribute__((vector_size(lanes * sizeof(Real))));

inline V splat(Real value) { return V{} + value; }

inline V load(const Real* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(Real* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

struct Complex {
  V re, im;
};
inline Complex multiply(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }

// exp(z) by a Taylor polynomial of degree 10 of z / 2^n_square, squared n_square times; the remainder is 6e-15 for
// |z| <= 2^n_square / 4. Squared is exp - 1, whose rounding is small where z is: factors near 1 are those that are applied a
// thousand times.
inline Complex exp(Complex z, int n_square) {
  Real scale = 1;
  for (int i = 0; i < n_square; ++i) scale /= 2;
  const Complex u{z.re * scale, z.im * scale};
  Complex e{splat(0), splat(0)};
  for (int n = 10; n > 0; --n) {
    const Complex product = multiply(u, {1 + e.re, e.im});
    e = {product.re * (Real(1) / n), product.im * (Real(1) / n)};
  }
  for (int i = 0; i < n_square; ++i) e = multiply(e, {2 + e.re, e.im});
  return {1 + e.re, e.im};
}

// The same of a real number, squared as it is: it keeps its digits where exp(x) is far below 1, which exp - 1 does not, and is
// as good near 1 for the one or two squarings of usual rates.
inline V exp_of_real(V x, int n_square) {
  Real scale = 1;
  for (int i = 0; i < n_square; ++i) scale /= 2;
  const V u = x * scale;
  V e = splat(1);
  for (int n = 10; n > 0; --n) e = 1 + u * e * (Real(1) / n);
  for (int i = 0; i < n_square; ++i) e *= e;
  return e;
}

// cosh(sqrt(x)), sinh(sqrt(x)) / sqrt(x) and the latter's derivative: entire functions of x, so no case distinction.
struct Hyperbolic {
  V c, s, ds_dx;
};
inline Hyperbolic hyperbolic(V x, int n_term) {
  V c = splat(1), s = splat(1);
  for (int n = n_term; n > 0; --n) {
    c = 1 + x * c * (1 / ((Real(2) * n - 1) * (Real(2) * n)));
    s = 1 + x * s * (1 / ((Real(2) * n) * (Real(2) * n + 1)));
  }
  // ds/dx = sum_{n >= 1} n x^(n-1) / (2n+1)!, term by term from the one before: neither power nor factorial may overflow.
  V term = splat(Real(1) / 6), d = term;
  for (int n = 2; n <= n_term; ++n) {
    term *= x * (Real(n) / (Real(n - 1) * (Real(2) * n) * (Real(2) * n + 1)));
    d += term;
  }
  return {c, s, d};
}

}  // namespace
}  // namespace crbrt::physics::kernel
