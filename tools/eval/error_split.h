/// Splits the squared error of an estimator into bias and variance ([paper] Eq. 2 to 5), without the optimism of a finite
/// number of noise realisations.
#pragma once

#include <span>

namespace crbrt::evaluation {

/// For errors e_n = estimate_n - truth, n < N, with mean m and unbiased variance v = sum (e_n - m)^2 / (N - 1):
///   mean = m     variance = v     bias2 = m^2 - v / N     so that bias2 + variance = sum e_n^2 / N, which is Eq. 4.
/// The mean of N noisy estimates misses the truth by v / N on average even without bias, hence the subtraction;
/// bias2 of a single fingerprint may therefore be negative, its average over fingerprints is not biased.
struct ErrorSplit {
  double mean = 0;
  double bias2 = 0;
  double variance = 0;
  double mean_square() const noexcept { return bias2 + variance; }
};

/// Needs at least two errors.
ErrorSplit split_error(std::span<const double> errors) noexcept;

}  // namespace crbrt::evaluation
