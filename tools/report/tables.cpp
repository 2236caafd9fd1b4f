// SPDX-License-Identifier: Apache-2.0
// The measured numbers as tables.
#include "base/number_text.h"
#include "tools/report/figures.h"

namespace crbrt::report {
namespace {

std::string number(double value, const char* format = "%.3f") { return base::number_text(value, format); }

std::string number(const std::optional<double>& value) { return value ? number(*value) : "-"; }

std::string text_name(const Measured& model, const std::string& output) {
  const Json& detail = model.json.at("detail").at("outputs").at(output);
  return quantity(output, detail.at("unit").text()).text;
}

}  // namespace

Table model_table(const std::vector<Measured>& measured) {
  Table table{
      "All models",
      "Losses, bias^2 and variance over the Cramér-Rao bound, means over outputs; an efficient unbiased estimator has loss 1, "
      "bias 0 and variance 1.",
      {"model", "trained for", "multiply-adds", "loss, SNR range", "per output", "SNR 10", "SNR 20", "SNR 50", "SNR 100",
       "SNR 50: bias^2", "variance", "SNR 100: bias^2", "variance"},
      {}};
  for (const Measured& model : measured) {
    std::string per_output;
    for (const std::string& output : model.outputs)
      per_output += (per_output.empty() ? "" : "; ") + text_name(model, output) + " " + number(model.loss(output));
    table.rows.push_back({model.name + (model.is_paper ? " (paper)" : ""), kind_text(model.kind), number(model.macs, "%.0f"),
                          number(model.loss()), per_output, number(model.at_snr(10, "loss")), number(model.at_snr(20, "loss")),
                          number(model.at_snr(50, "loss")), number(model.at_snr(100, "loss")),
                          number(model.at_snr(50, "bias2_over_crb")), number(model.at_snr(50, "var_over_crb")),
                          number(model.at_snr(100, "bias2_over_crb")), number(model.at_snr(100, "var_over_crb"))});
  }
  return table;
}

Table coverage_table(const std::vector<Measured>& measured) {
  Table table{
      "Coverage",
      "Share of true values within 1 and 2 predicted standard deviations (%), and the standard deviation of the standardised "
      "residuals (1 is honest on average).",
      {"model", "output", "SNR", "within 1", "within 2", "std of residuals"},
      {}};
  for (const Measured& model : measured) {
    if (!model.json.at("coverage").is_object()) continue;
    for (const std::string& output : model.outputs)
      for (const double snr : {10.0, 20.0, 50.0, 100.0}) {
        if (!model.json.at("coverage").contains(snr_key(snr))) continue;
        const Json& at = model.json.at("coverage").at(snr_key(snr));
        table.rows.push_back(
            {model.name, text_name(model, output), snr_key(snr), number(100 * at.at("within_1").at(output).number(), "%.1f"),
             number(100 * at.at("within_2").at(output).number(), "%.1f"), number(at.at("residual_std").at(output).number())});
      }
  }
  return table;
}

Table roc_table(const std::vector<Measured>& measured) {
  Table table{"Foreign voxels",
              "Area under the ROC curve of the atypicality, and the share of voxels (%) above the model's own threshold, which "
              "about 1 % "
              "of typical voxels exceed.",
              {"model", "against", "SNR", "voxels", "area", "% above the threshold", "% of typical voxels above"},
              {}};
  for (const Measured& model : measured) {
    const Json& atypicality = model.json.at("atypicality");
    if (!atypicality.is_object()) continue;
    for (const auto& kind : atypicality.at("against").members())
      table.rows.push_back({model.name, kind.key, snr_key(atypicality.at("snr").number()), kind.value.at("voxels").dump(),
                            number(kind.value.at("auc").number(), "%.4f"),
                            number(100 * kind.value.at("above_threshold").number(), "%.1f"),
                            number(100 * atypicality.at("false_alarms").number(), "%.2f")});
  }
  return table;
}

Table grid_table(const std::vector<Measured>& measured) {
  Table table{
      "Test set 2",
      "Means over the points of a grid that have a bound.",
      {"model", "grid", "output", "unit", "mean |bias|", "mean std", "mean sqrt(CRB)", "bias^2/CRB", "variance/CRB", "points"},
      {}};
  for (const Measured& model : measured) {
    if (!model.json.at("grids").is_object()) continue;
    for (const auto& grid : model.json.at("grids").members())
      for (const auto& item : grid.value.at("outputs").members()) {
        const Json& maps = item.value;
        const Quantity q = quantity(item.key, maps.at("unit").text());
        const auto value = [&](const char* key) { return number(q.factor * maps.at(key).number(), "%.4g"); };
        table.rows.push_back({model.name, grid.key, q.text, q.unit, value("mean_abs_bias"), value("mean_std"),
                              value("mean_sqrt_crb"), number(maps.at("bias2_over_crb").number()),
                              number(maps.at("var_over_crb").number()), std::to_string(maps.at("points").integer())});
      }
  }
  return table;
}

Table nlls_table(const std::vector<Measured>& measured) {
  Table table{
      "Nonlinear least squares",
      "The same noisy voxels given to least squares and to the network. Means suffer from the few voxels that end in a wrong "
      "minimum; the median of squared error over CRB does not (an exact Gaussian at the bound has 0.455).",
      {"model", "output", "voxels", "SNR", "NLLS: bias^2/CRB", "variance/CRB", "median", "network: bias^2/CRB", "variance/CRB",
       "median", "NLLS: s per voxel and core"},
      {}};
  for (const Measured& model : measured) {
    const Json& nlls = model.json.at("nlls");
    if (!nlls.is_object()) continue;
    const Json& own = nlls.at("model_on_the_same_voxels");
    for (const std::string& output : model.outputs) {
      const auto value = [&](const Json& json, const char* key) { return number(json.at(key).at(output).number()); };
      table.rows.push_back({model.name, text_name(model, output),
                            std::to_string(nlls.at("fingerprints").integer() * nlls.at("realisations").integer()),
                            snr_key(nlls.at("snr").number()), value(nlls, "bias2_over_crb"), value(nlls, "var_over_crb"),
                            value(nlls, "median_loss"), value(own, "bias2_over_crb"), value(own, "var_over_crb"),
                            value(own, "median_loss"), number(nlls.at("seconds_per_voxel").number(), "%.2g")});
    }
  }
  return table;
}

}  // namespace crbrt::report
