// SPDX-License-Identifier: Apache-2.0
// The table: loss, bias and variance are ratios to the bound, 1 is an efficient unbiased estimator.
#include "tools/eval/report.h"

#include "base/number_text.h"

namespace crbrt::evaluation {
namespace {

std::string number(double value, const char* format = "%.6g") { return base::number_text(value, format); }

std::string cell(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string row(const std::string& title, const std::vector<double>& values, const char* format = "%.3f") {
  constexpr std::size_t width = 24;
  std::string text = title + std::string(title.size() < width ? width - title.size() : 0, ' ');
  for (double value : values) text += cell(number(value, format), 16);
  return text + "\n";
}

std::vector<double> percent(std::vector<double> shares) {
  for (double& share : shares) share *= 100;
  return shares;
}

std::string head(const Evaluation& evaluation, const Origin& origin) {
  return origin.model_name + " (" + std::to_string(origin.macs_per_voxel) + " multiply-adds per voxel) on " +
         std::to_string(evaluation.fingerprints) + " fingerprints of " + origin.sequence_name + ", " + name(evaluation.isa) +
         ": " + std::to_string(evaluation.voxels) + " voxels, " + number(evaluation.kernel_s) + " s in the kernels, " +
         number(evaluation.total_s) + " s in all\n" + std::to_string(evaluation.dropped) +
         " fingerprints without a finite bound left out, " + std::to_string(evaluation.flagged) + " voxels flagged\n\n";
}

std::string coverage_rows(const Evaluation& evaluation) {
  if (!evaluation.has_uncertainty) return "\nno coverage: the model predicts no standard deviations\n";
  std::string text = "\n";
  for (const Split& split : evaluation.splits) {
    text += row("SNR " + number(split.snr) + ": % within 1 std", percent(split.coverage.within_1), "%.1f");
    text += row("        within 2 std", percent(split.coverage.within_2), "%.1f");
    text += row("        std of residual", split.coverage.residual_std, "%.4g");  // one collapsed error bar makes it huge
  }
  return text;
}

std::string atypicality_rows(const std::optional<AtypicalityResult>& atypicality) {
  if (!atypicality) return "no ROC: the model has no atypicality\n";
  std::string text = "\natypicality at SNR " + number(atypicality->snr) + ": area under the ROC curve, % above the threshold\n";
  text += row("typical", {0.5, 100 * atypicality->false_alarms}, "%.4g");
  for (const AtypicalKind& kind : atypicality->kinds)
    text += row(kind.name, {kind.roc.area, 100 * kind.above_threshold}, "%.4g");
  return text;
}

std::string grid_rows(const std::vector<GridResult>& grids, double snr) {
  std::string text;
  for (const GridResult& grid : grids) {
    text += "\ngrid " + grid.grid.name + " at SNR " + number(snr) + ": mean |bias|, std, sqrt(CRB)\n";
    for (const GridMaps& maps : grid.outputs)
      text += row(maps.output, {maps.mean_abs_bias, maps.mean_std, maps.mean_sqrt_crb}, "%.5g");
  }
  return text;
}

std::string nlls_rows(const std::optional<NllsResult>& nlls) {
  if (!nlls) return "";
  std::string text = "\nleast squares, " + std::to_string(nlls->n_fingerprint) + " fingerprints x " +
                     std::to_string(nlls->options.realisations) + " realisations at SNR " + number(nlls->options.snr) + ", " +
                     number(nlls->seconds_per_voxel, "%.3g") + " s per voxel and core\n";
  text += row("bias^2/CRB", nlls->nlls.bias2_over_crb) + row("variance/CRB", nlls->nlls.var_over_crb);
  return text + row("median error^2/CRB", nlls->nlls.median_loss) + row("        of the model", nlls->model.median_loss);
}

std::string floor_block(const FloorLosses& losses, const std::string& title) {
  const auto line = [](const std::string& name, const OutputMeans& means) {
    std::vector<double> values = means.of_output;
    values.push_back(means.mean);
    return row(name, values);
  };
  std::string text = line(title, losses.loss) + line("        half the draws", losses.half) +
                     line("        truth among them", losses.with_truth) + line("        of the model", losses.model) +
                     row("        effective draws", losses.effective_draws, "%.3g");
  if (!losses.resolved())
    text += "        floor not resolved: median of " + number(losses.least_effective_draws(), "%.3g") + " effective draws\n";
  return text;
}

std::string floor_rows(const std::optional<Floor>& floor, const Origin& origin) {
  if (!floor) return "";
  std::string text = "\nfloor of the loss, outputs and mean: " + std::to_string(floor->fingerprints) + " fingerprints x " +
                     std::to_string(floor->draws) + " voxels, " + std::to_string(floor->prior_draws) +
                     " draws of the prior\n(an upper bound; with the truth among the draws a lower one)\n";
  text += floor_block(floor->range, "SNR " + number(origin.snr_min) + " to " + number(origin.snr_max));
  for (std::size_t s = 0; s < floor->snrs.size(); ++s) text += floor_block(floor->at_snr[s], "SNR " + number(floor->snrs[s]));
  return text;
}

}  // namespace

std::string table(const Measurement& measurement, const Options& options, const Origin& origin) {
  const Evaluation& evaluation = measurement.evaluation;
  std::string text = head(evaluation, origin) + std::string(24, ' ');
  for (const auto& output : evaluation.outputs) text += cell(output, 16);
  text += "\n";
  text += row("loss, SNR " + number(origin.snr_min) + " to " + number(origin.snr_max), evaluation.loss);
  for (const Split& split : evaluation.splits) {
    text += row("SNR " + number(split.snr) + ": bias^2/CRB", split.bias2_over_crb);
    text += row("        variance/CRB", split.var_over_crb);
    text += row("        share of data", split.data_share);
  }
  text += coverage_rows(evaluation) + atypicality_rows(measurement.atypicality);
  text +=
      grid_rows(measurement.grids, options.detail_snr) + nlls_rows(measurement.nlls) + floor_rows(measurement.floor, origin);
  text += "\nmean CRB loss " + number(evaluation.loss_mean) + "\n";
  for (const std::string& caution : measurement.cautions) text += "CAUTION, " + caution + "\n";
  return text;
}

}  // namespace crbrt::evaluation
