/// The course of a training run: one row per validation.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace crbrt::trainer {

struct HistoryRow {
  std::size_t epoch = 0;  ///< epochs done; 0: where fine-tuning in integers starts
  double learning_rate = 0;
  double training_loss = 0;    ///< mean over this epoch, while the weights moved
  double validation_loss = 0;  ///< in integers where the network is
  double real_loss = 0;        ///< where it is: the same in real numbers
  std::vector<double> validation_per_output;
};

using History = std::vector<HistoryRow>;

}  // namespace crbrt::trainer
