// SPDX-License-Identifier: Apache-2.0
// The picture is gnuplot's; its script stays beside the CSV, so that anyone can draw it again or differently.
#include "trainer/history.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/gnuplot.h"
#include "base/number_text.h"
#include "base/progress.h"

namespace crbrt::trainer {
namespace {

using base::number_text;

constexpr double plain_line_every_s = 30;
constexpr double redraw_every_s = 0.2;

std::string plot_script(const std::string& folder, const Config& config) {
  const std::string csv = base::gnuplot_file(folder + "/loss.csv");
  std::string script = "set terminal pngcairo size 960,600\nset output " + base::gnuplot_file(folder + "/loss.png") +
                       "\nset datafile separator ','\nset key autotitle columnhead outside\nset logscale y\nset grid\n"
                       "set xlabel 'epoch'\nset ylabel " +
                       base::gnuplot_string("loss (" + std::string(name(config.loss)) + ")") + "\nset title " +
                       base::gnuplot_text(config.name) + " noenhanced\nset key noenhanced\nplot ";
  script += csv + " using 1:3 with lines lw 1 lc rgb '#999999', " + csv + " using 1:4 with lines lw 2 lc rgb 'black'";
  for (std::size_t i = 0; i < config.outputs.size(); ++i)
    script += ", " + csv + " using 1:" + std::to_string(5 + i) + " with lines";
  return script + "\n";
}

}  // namespace

std::string history_line(const Config& config, const HistoryRow& row) {
  std::string line = "epoch " + std::to_string(row.epoch) + "/" + std::to_string(config.epochs) + "  lr " +
                     number_text(row.learning_rate, "%.2e") + "  loss " + number_text(row.training_loss, "%.4f") +
                     "  validation " + number_text(row.validation_loss, "%.4f") +
                     (config.quantization.is_on() ? ", real " + number_text(row.real_loss, "%.4f") : "") + " (";
  for (std::size_t i = 0; i < row.validation_per_output.size(); ++i)
    line += (i == 0 ? "" : ", ") + config.outputs[i].name + " " + number_text(row.validation_per_output[i], "%.4f");
  return line + ")";
}

Console::Console(const Config& config)
    : config_(config), on_terminal_(::isatty(2) != 0), start_(Clock::now()), shown_(start_) {}

void Console::show(std::size_t epoch, const HistoryRow& row) {
  const auto now = Clock::now();
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  if (!has_shown_) first_epoch_ = epoch - 1;
  const bool is_last = epoch == config_.epochs;
  const bool is_due = seconds(now - shown_) >= (on_terminal_ ? redraw_every_s : plain_line_every_s);
  if (!is_due && !is_last && has_shown_) return;
  has_shown_ = true;
  shown_ = now;
  const double done = static_cast<double>(epoch - first_epoch_), left = static_cast<double>(config_.epochs - epoch);
  const std::string remaining = is_last ? "took " + base::duration_text(seconds(now - start_))
                                        : "remaining " + base::duration_text(seconds(now - start_) / done * left);
  std::fprintf(stderr, on_terminal_ ? "\r\033[K%s  %s%s" : "%s  %s%s", base::for_terminal(history_line(config_, row)).c_str(),
               remaining.c_str(), on_terminal_ && !is_last ? "" : "\n");
  std::fflush(stderr);
}

void write_history_csv(const std::string& path, const Config& config, const History& history) {
  std::string text = "epoch,learning_rate,training_loss,validation_loss";
  for (const OutputConfig& output : config.outputs) text += ",validation_" + output.name;
  if (config.quantization.is_on()) text += ",real_loss";
  text += "\n";
  for (const HistoryRow& row : history) {
    text += std::to_string(row.epoch) + number_text(row.learning_rate, ",%.9g") + number_text(row.training_loss, ",%.9g") +
            number_text(row.validation_loss, ",%.9g");
    for (double loss : row.validation_per_output) text += number_text(loss, ",%.9g");
    if (config.quantization.is_on()) text += number_text(row.real_loss, ",%.9g");
    text += "\n";
  }
  base::write_text_file(path, text);
}

void draw_history(const std::string& folder, const Config& config) {
  const std::string script = plot_script(folder, config);
  base::write_text_file(folder + "/loss.gnuplot", script);
  try {
    base::run_gnuplot(script);
  } catch (const base::Error& error) {
    std::fprintf(stderr, "crbrt-train: warning: no picture of the loss: %s\n", base::for_terminal(error.what()).c_str());
  }
}

}  // namespace crbrt::trainer
