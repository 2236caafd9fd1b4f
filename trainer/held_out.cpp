// SPDX-License-Identifier: Apache-2.0
#include "trainer/held_out.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "physics/counter_random.h"

namespace crbrt::trainer {

std::vector<bool> held_out_of(std::size_t n, const ValidationConfig& config, std::uint64_t seed, const std::string& file) {
  const auto wanted = config.count.value_or(static_cast<std::size_t>(config.fraction * static_cast<double>(n)));
  if (wanted >= n)
    throw base::DisagreementError(file, "more than " + std::to_string(wanted) + " fingerprints (validation.count)",
                                  std::to_string(n));
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  physics::CounterRandom random(seed, physics::Stream::selection, 0);
  std::vector<bool> result(n, false);
  for (std::size_t i = 0; i < std::max<std::size_t>(wanted, 1); ++i) {
    const auto j = i + static_cast<std::size_t>(random.uniform() * static_cast<double>(n - i));
    std::swap(order[i], order[j]);
    result[order[i]] = true;
  }
  return result;
}

void expect_enough(std::size_t n_training, std::size_t n_validation, std::size_t n_dropped, const std::string& file) {
  if (n_training >= 2 && n_validation > 0) return;
  throw base::DisagreementError(file, "usable fingerprints to train on and to hold out",
                                std::to_string(n_training) + " and " + std::to_string(n_validation) + " (" +
                                    std::to_string(n_dropped) + " dropped without signal or finite bound)");
}

}  // namespace crbrt::trainer
