// SPDX-License-Identifier: Apache-2.0
/// The course of a training run, and what a person sees of it: lines on the console, a CSV and a picture of the loss.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "trainer/config.h"

namespace crbrt::trainer {

/// One row a validation.
struct HistoryRow {
  std::size_t epoch = 0;  ///< epochs done; 0: where fine-tuning in integers starts
  double learning_rate = 0;
  double training_loss = 0;    ///< mean over this epoch, while the weights moved
  double validation_loss = 0;  ///< in integers where the network is
  double real_loss = 0;        ///< where it is: the same in real numbers
  std::vector<double> validation_per_output;
};

using History = std::vector<HistoryRow>;

/// "epoch 35/200  lr 2.1e-03  loss 0.84  validation 0.79 (m0_semi_frac 0.80, ...)"
std::string history_line(const Config& config, const HistoryRow& row);

/// On a terminal one line that is redrawn; elsewhere a plain line every half a minute, and always the last.
class Console {
 public:
  explicit Console(const Config& config);
  void show(std::size_t epoch, const HistoryRow& row);

 private:
  using Clock = std::chrono::steady_clock;
  const Config& config_;
  const bool on_terminal_;
  Clock::time_point start_, shown_;
  std::size_t first_epoch_ = 0;
  bool has_shown_ = false;
};

/// epoch,learning_rate,training_loss,validation_loss,validation_<output>... one row per validation; with integers then
/// real_loss. Throws base::OutputError.
void write_history_csv(const std::string& path, const Config& config, const History& history);

/// Draws the CSV with gnuplot (script FOLDER/loss.gnuplot, picture FOLDER/loss.png). Without gnuplot: one line of warning.
void draw_history(const std::string& folder, const Config& config);

}  // namespace crbrt::trainer
