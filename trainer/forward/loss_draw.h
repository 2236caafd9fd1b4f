// SPDX-License-Identifier: Apache-2.0
/// Which fingerprints an epoch of a forward training looks at: those with a large loss more often.
///
/// A twentieth of the fingerprints, long T2f near the stop band above all, holds two thirds of the squared error. Fingerprint k
/// is drawn with probability p_k ~ 1 - share + share sqrt(l_k) / mean(sqrt(l)), where l_k averages the losses that it had
/// (each new one counts half), and its gradient is multiplied by 1 / (n p_k): the expected gradient is that of even draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace crbrt::trainer {

struct DrawnRows {
  std::vector<std::int64_t> rows;
  std::vector<float> weights;  ///< 1 / (n p), 1 for even draws
};

class LossDraw {
 public:
  /// `share` in [0, 1) of the draws that goes by the loss; 0: every fingerprint once an epoch.
  LossDraw(std::size_t n, double share);

  /// n rows in rising order, each floor(n p) or ceil(n p) times: `offset` in [0, 1) decides which of both.
  DrawnRows draw(double offset) const;
  void remember(std::int64_t row, float loss);

  /// [n] averages; negative where a fingerprint has not been seen. A checkpoint reads and writes them.
  std::vector<float>& losses() { return losses_; }

 private:
  double share_;
  std::vector<float> losses_;
};

}  // namespace crbrt::trainer
