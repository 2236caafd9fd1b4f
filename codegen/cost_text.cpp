// SPDX-License-Identifier: Apache-2.0
/// What the integers cost, as people read it. Numbers are rounded the same way everywhere: banners are pinned byte by byte.
#include <cstdio>

#include "codegen/cost_text.h"

namespace crbrt::codegen {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string snr_text(const IntegerCost& cost) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", cost.snr);
  return cost.snr > 0 ? text : "of the data set's range";
}

}  // namespace

std::vector<std::string> cost_lines(const IntegerInfo& integers) {
  std::vector<std::string> lines;
  for (const IntegerCost& cost : integers.cost) {
    std::string line = cost.output + " at SNR " + snr_text(cost) + ": CRB loss " + number(cost.loss_float) + " -> " +
                       number(cost.loss_integer);
    if (cost.snr > 0) line += ", bias^2/CRB " + number(cost.bias2_float) + " -> " + number(cost.bias2_integer);
    lines.push_back(std::move(line));
  }
  if (integers.cost.empty()) lines.push_back("outputs move by " + number(integers.relative_rms) + " (rms)");
  lines.push_back("measured on " + integers.calibration);
  return lines;
}

std::string cost_table(const IntegerInfo& integers) {
  std::string text = "| operation in integers |\n| --- |\n";
  for (const std::string& layer : integers.layer_text) text += "| " + layer + " |\n";
  if (integers.cost.empty())
    return text + "\nOutputs move by " + number(integers.relative_rms) + " (rms), measured on " + integers.calibration + ".\n";
  text +=
      "\n| SNR | output | CRB loss, float | integers | bias^2/CRB, float | integers |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const IntegerCost& cost : integers.cost) {
    const bool has_bias = cost.snr > 0;
    text += "| " + (has_bias ? snr_text(cost) : "range") + " | " + cost.output + " | " + number(cost.loss_float) + " | " +
            number(cost.loss_integer) + " | " + (has_bias ? number(cost.bias2_float) : "-") + " | " +
            (has_bias ? number(cost.bias2_integer) : "-") + " |\n";
  }
  return text + "\nMeasured on " + integers.calibration + ".\n";
}

}  // namespace crbrt::codegen
