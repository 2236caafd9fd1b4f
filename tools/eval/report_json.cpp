// SPDX-License-Identifier: Apache-2.0
// The JSON of an evaluation. Keys are quoted elsewhere (docs/evaluation.md, tools/report): add, do not rename.
#include <cmath>

#include "base/number_text.h"
#include "tools/cli/command_line.h"
#include "tools/eval/report.h"

namespace crbrt::evaluation {
namespace {

using base::Json;
using Names = std::vector<std::string>;

std::string snr_key(double snr) { return base::number_text(snr, "%.6g"); }

Json named(const Names& names, const std::vector<double>& values) {
  Json object;
  for (std::size_t j = 0; j < names.size(); ++j) object[names[j]] = values[j];
  return object;
}

Json array_of(const std::vector<double>& values) {
  Json array = Json::array();
  for (double value : values) array.push_back(rounded(value));
  return array;
}

Json split_json(const Names& names, const Split& split) {
  std::vector<double> loss = split.bias2_over_crb;
  for (std::size_t j = 0; j < loss.size(); ++j) loss[j] += split.var_over_crb[j];
  return {{"bias2_over_crb", named(names, split.bias2_over_crb)},
          {"var_over_crb", named(names, split.var_over_crb)},
          {"loss", named(names, loss)},
          {"bias2", named(names, split.bias2)},
          {"variance", named(names, split.variance)},
          {"data_share", named(names, split.data_share)}};
}

Json coverage_json(const Evaluation& evaluation) {
  if (!evaluation.has_uncertainty) return nullptr;
  Json coverage = Json::object();
  for (const Split& split : evaluation.splits)
    coverage[snr_key(split.snr)] = {{"within_1", named(evaluation.outputs, split.coverage.within_1)},
                                    {"within_2", named(evaluation.outputs, split.coverage.within_2)},
                                    {"residual_mean", named(evaluation.outputs, split.coverage.residual_mean)},
                                    {"residual_std", named(evaluation.outputs, split.coverage.residual_std)}};
  return coverage;
}

Json histogram_json(const Histogram& histogram) {
  return {{"low", histogram.low},
          {"high", histogram.high},
          {"count", histogram.count},
          {"below", histogram.below},
          {"above", histogram.above}};
}

Json detail_json(const Evaluation& evaluation, double snr) {
  Json detail{{"snr", snr}};
  for (std::size_t j = 0; j < evaluation.outputs.size(); ++j) {
    const BoundBins& bins = evaluation.detail.by_bound[j];
    detail["outputs"][evaluation.outputs[j]] = {
        {"unit", evaluation.units[j]},
        {"mean_abs_bias", evaluation.detail.mean_abs_bias[j]},
        {"data_share", evaluation.detail.data_share[j]},
        {"bias_histogram", histogram_json(evaluation.detail.bias[j])},
        {"std_over_sqrt_crb_histogram", histogram_json(evaluation.detail.std_over_sqrt_crb[j])},
        {"by_sqrt_crb",
         {{"edges", array_of(bins.sqrt_crb_edges)},
          {"count", bins.count},
          {"bias2_over_crb", array_of(bins.bias2_over_crb)},
          {"var_over_crb", array_of(bins.var_over_crb)}}}};
  }
  return detail;
}

Json atypicality_json(const std::optional<AtypicalityResult>& atypicality) {
  if (!atypicality) return nullptr;
  Json kinds = Json::object();
  for (const AtypicalKind& kind : atypicality->kinds) {
    Json false_alarms = Json::array(), hits = Json::array();
    for (const RocPoint& point : kind.roc.curve) {
      false_alarms.push_back(rounded(point.false_alarms));
      hits.push_back(rounded(point.hits));
    }
    kinds[kind.name] = {{"auc", kind.roc.area},
                        {"voxels", kind.n_voxel},
                        {"above_threshold", kind.above_threshold},
                        {"roc", {{"false_alarms", false_alarms}, {"hits", hits}}}};
  }
  return {{"snr", atypicality->snr},
          {"threshold", atypicality->threshold},
          {"voxels", atypicality->n_typical},
          {"false_alarms", atypicality->false_alarms},
          {"against", kinds}};
}

Json axis_json(const Axis& axis) {
  return {{"name", axis.name}, {"unit", axis.unit}, {"first", axis.first}, {"last", axis.last}, {"n", axis.n}};
}

Json map_json(const Eigen::ArrayXXd& map) {
  Json rows = Json::array();
  for (Eigen::Index iy = 0; iy < map.rows(); ++iy) {
    Json row = Json::array();
    for (double value : map.row(iy)) row.push_back(rounded(value));
    rows.push_back(std::move(row));
  }
  return rows;
}

Json grids_json(const std::vector<GridResult>& grids) {
  if (grids.empty()) return nullptr;
  Json document = Json::object();
  for (const GridResult& grid : grids) {
    Json& one = document[grid.grid.name] = {{"x", axis_json(grid.grid.x)}, {"y", axis_json(grid.grid.y)}};
    for (const GridMaps& maps : grid.outputs)
      one["outputs"][maps.output] = {{"unit", maps.unit},
                                     {"points", maps.n},
                                     {"mean_abs_bias", maps.mean_abs_bias},
                                     {"mean_std", maps.mean_std},
                                     {"mean_sqrt_crb", maps.mean_sqrt_crb},
                                     {"bias2_over_crb", maps.bias2_over_crb},
                                     {"var_over_crb", maps.var_over_crb},
                                     {"bias", map_json(maps.bias)},
                                     {"std", map_json(maps.std)},
                                     {"sqrt_crb", map_json(maps.sqrt_crb)}};
  }
  return document;
}

Json errors_json(const Names& names, const NllsErrors& errors) {
  return {{"bias2_over_crb", named(names, errors.bias2_over_crb)},
          {"var_over_crb", named(names, errors.var_over_crb)},
          {"median_loss", named(names, errors.median_loss)}};
}

Json nlls_json(const Names& names, const std::optional<NllsResult>& nlls) {
  if (!nlls) return nullptr;
  Json document = errors_json(names, nlls->nlls);
  document["model_on_the_same_voxels"] = errors_json(names, nlls->model);
  document["snr"] = nlls->options.snr;
  document["fingerprints"] = nlls->n_fingerprint;
  document["realisations"] = nlls->options.realisations;
  document["not_converged"] = nlls->n_not_converged;
  document["at_bound"] = nlls->n_at_bound;
  document["seconds_per_voxel"] = nlls->seconds_per_voxel;
  return document;
}

Json floor_losses_json(const Names& names, const FloorLosses& losses) {
  const auto means = [&](const OutputMeans& m) {
    Json object{{"mean", m.mean}};
    object.update(named(names, m.of_output));
    return object;
  };
  return {{"loss", means(losses.loss)},
          {"standard_error", means(losses.standard_error)},
          {"loss_half_the_draws", means(losses.half)},
          {"loss_truth_among_the_draws", means(losses.with_truth)},
          {"model_on_the_same_voxels", means(losses.model)},
          {"standard_error_of_the_difference", means(losses.model_excess)},
          {"effective_draws", named(names, losses.effective_draws)},
          {"resolved", losses.resolved()}};
}

Json floor_json(const Names& names, const std::optional<Floor>& floor) {
  if (!floor) return nullptr;
  Json at_snr = Json::object();
  for (std::size_t s = 0; s < floor->snrs.size(); ++s)
    at_snr[snr_key(floor->snrs[s])] = floor_losses_json(names, floor->at_snr[s]);
  return {{"fingerprints", floor->fingerprints},
          {"draws", floor->draws},
          {"prior_draws", floor->prior_draws},
          {"range", floor_losses_json(names, floor->range)},
          {"snr", at_snr}};
}

Json origin_json(const Origin& origin) {
  return {{"model", origin.model_name},
          {"model_sha256", origin.model_sha256},
          {"trained",
           {{"loss", origin.loss_kind},
            {"epochs", origin.epochs},
            {"fingerprints", origin.n_train},
            {"snr_min", origin.trained_snr_min},
            {"snr_max", origin.trained_snr_max}}},
          {"sequence", origin.sequence_name},
          {"sequence_sha256", origin.sequence_sha256},
          {"basis_sha256", origin.basis_sha256},
          {"dataset_provenance", origin.dataset_provenance},
          {"macs_per_voxel", origin.macs_per_voxel},
          {"snr_min", origin.snr_min},
          {"snr_max", origin.snr_max}};
}

Json run_json(const Evaluation& evaluation, const Options& options) {
  return {{"fingerprints", evaluation.fingerprints},
          {"dropped", evaluation.dropped},
          {"voxels", evaluation.voxels},
          {"flagged", evaluation.flagged},
          {"draws", options.draws},
          {"realisations", options.realisations},
          {"seed", options.seed},
          {"threads", options.threads},
          {"isa", name(evaluation.isa)},
          {"kernel_s", evaluation.kernel_s},
          {"total_s", evaluation.total_s},
          {"version", cli::version()}};
}

}  // namespace

std::string json(const Measurement& measurement, const Options& options, const Origin& origin) {
  const Evaluation& evaluation = measurement.evaluation;
  Json document{{"kind", "crbrt-eval"}};
  document["loss"]["mean"] = evaluation.loss_mean;
  document["loss"].update(named(evaluation.outputs, evaluation.loss));
  document["snr"] = Json::object();
  for (const Split& split : evaluation.splits) document["snr"][snr_key(split.snr)] = split_json(evaluation.outputs, split);
  document["coverage"] = coverage_json(evaluation);
  document["detail"] = detail_json(evaluation, options.detail_snr);
  document["atypicality"] = atypicality_json(measurement.atypicality);
  document["grids"] = grids_json(measurement.grids);
  document["nlls"] = nlls_json(evaluation.outputs, measurement.nlls);
  document["floor"] = floor_json(evaluation.outputs, measurement.floor);
  document["cautions"] = measurement.cautions;
  document.update(origin_json(origin));
  document.update(run_json(evaluation, options));
  document["command"] = origin.command;
  return compact_dump(document);
}

}  // namespace crbrt::evaluation
