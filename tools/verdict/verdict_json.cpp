// SPDX-License-Identifier: Apache-2.0
// Keys are quoted in docs/verdict.md and read by scripts: add, do not rename.
#include <algorithm>
#include <cmath>

#include "base/number_text.h"
#include "tools/verdict/rules.h"
#include "tools/verdict/verdict.h"
#include "tools/verdict/words.h"

namespace crbrt::verdict {
namespace {

using base::Json;
using evaluation::BoundSummary;

std::string snr_key(double snr) { return base::number_text(snr, "%.6g"); }

Json finding_json(const Finding& f) {
  return {{"state", name(f.state)}, {"rule", f.rule},         {"output", f.output.empty() ? Json() : Json(f.output)},
          {"snr", f.snr},           {"measured", f.measured}, {"goal", f.goal},
          {"sentence", f.sentence}};
}

/// SNRs of the range that tables name, its ends, and the one that was looked at.
std::vector<double> snrs_of(const Evidence& e) {
  std::vector<double> snrs{e.snr_min, e.snr, e.snr_max};
  for (const double snr : {10.0, 20.0, 50.0, 100.0})
    if (snr > e.snr_min && snr < e.snr_max) snrs.push_back(snr);
  std::sort(snrs.begin(), snrs.end());
  snrs.erase(std::unique(snrs.begin(), snrs.end()), snrs.end());
  return snrs;
}

Json bounds_json(const BoundSummary& bounds, const Evidence& e) {
  Json json{{"fingerprints", bounds.count}, {"prior_median", bounds.prior.median}, {"prior_width", bounds.prior.width}};
  for (const double snr : snrs_of(e))
    json["snr"][snr_key(snr)] = {{"sqrt_crb", bounds.sqrt_crb / snr},
                                 {"sqrt_crb_10th_percentile", bounds.sqrt_crb_low / snr},
                                 {"sqrt_crb_90th_percentile", bounds.sqrt_crb_high / snr},
                                 {"relative", bounds.relative / snr},
                                 {"in_widths", bounds.in_widths(snr)},
                                 {"ideal_data_share", bounds.ideal_data_share(snr)}};
  return json;
}

Json measured_json(const ModelEvidence& m, const evaluation::OutputEncoding& output, std::size_t j, const Evidence& e) {
  Json json{{"loss", m.evaluation.loss[j]}, {"ideal_loss", ideal_loss(e, output.all)}};
  if (!m.own_loss.empty()) json["loss_on_training_set"] = m.own_loss[j];
  for (const evaluation::Split& split : m.evaluation.splits) {
    Json& at = json["snr"][snr_key(split.snr)] = {{"loss", split.bias2_over_crb[j] + split.var_over_crb[j]},
                                                  {"bias2_over_crb", split.bias2_over_crb[j]},
                                                  {"var_over_crb", split.var_over_crb[j]},
                                                  {"data_share", split.data_share[j]},
                                                  {"loss_of_a_guess", output.guess * split.snr * split.snr}};
    if (m.evaluation.has_uncertainty)
      at.update({{"within_1_std", split.coverage.within_1[j]},
                 {"within_2_std", split.coverage.within_2[j]},
                 {"within_1_std_standard_error", split.coverage.within_1_error[j]},
                 {"within_2_std_standard_error", split.coverage.within_2_error[j]}});
  }
  return json;
}

Json parts_json(const Evidence& e, std::size_t j) {
  const auto& parameters = e.model ? e.model->evaluation.detail.parts : e.encoding.parts;
  Json json = Json::object();
  for (const evaluation::PartedParameter& parameter : parameters) {
    Json parts = Json::array();
    for (const evaluation::Part& part : parameter.parts) {
      Json& one = parts.push_back({{"low", part.low},
                                   {"high", part.high},
                                   {"fingerprints", part.fingerprints.size()},
                                   {"sqrt_crb", part.median_sqrt_crb[j] / e.snr}});
      if (!part.loss.empty()) one.update({{"loss", part.loss[j]}, {"bias2_over_crb", part.bias2_over_crb[j]}});
    }
    json[parameter.name] = {{"unit", parameter.unit}, {"parts", parts}};
  }
  return json;
}

Json output_json(const Verdict& verdict, const Evidence& e, const Goals& goals, std::size_t j) {
  const evaluation::OutputEncoding& output = e.encoding.outputs[j];
  const Shown q = shown(output.name, output.unit);
  const bool is_fit = std::none_of(verdict.findings.begin(), verdict.findings.end(),
                                   [&](const Finding& f) { return f.output == output.name && f.state == State::fail; });
  Json json{{"fit", is_fit},
            {"symbol", q.symbol},
            {"unit", output.unit},
            {"display_unit", q.unit},
            {"display_factor", q.factor},
            {"encoded", name(encoded(output, e.snr, goals.of(output.name)))},
            {"bounds", bounds_json(output.all, e)}};
  for (const evaluation::ClassBounds& c : output.classes) json["classes"][c.name] = bounds_json(c.bounds, e);
  if (e.basis) json["basis_factor"] = {{"median", e.basis->outputs[j].median}, {"90th_percentile", e.basis->outputs[j].high}};
  if (e.model) json["measured"] = measured_json(*e.model, output, j, e);
  json["parts"] = parts_json(e, j);
  return json;
}

Json sentences(const Findings& findings, State state) {
  Json array = Json::array();
  for (const Finding& f : findings)
    if (f.state == state) array.push_back(f.sentence);
  return array;
}

}  // namespace

Json json(const Verdict& verdict, const Evidence& e, const Goals& goals) {
  Json json{{"kind", e.model ? "crbrt-verdict" : "crbrt-encoding"},
            {"fit", verdict.fit},
            {"headline", verdict.headline},
            {"not_measured", sentences(verdict.findings, State::not_measured)},
            {"next", sentences(verdict.findings, State::next)}};
  Json findings = Json::array();
  for (const Finding& f : verdict.findings) findings.push_back(finding_json(f));
  json["findings"] = findings;
  for (std::size_t j = 0; j < e.encoding.outputs.size(); ++j)
    json["outputs"][e.encoding.outputs[j].name] = output_json(verdict, e, goals, j);
  json["snr"] = e.snr;
  json["snr_min"] = e.snr_min;
  json["snr_max"] = e.snr_max;
  json["fingerprints"] = e.encoding.fingerprints;
  json["dropped"] = e.encoding.dropped;
  json["sequence"] = e.sequence_name;
  json["sequence_sha256"] = e.sequence_sha256;
  if (e.model)
    json.update({{"model", e.model->name},
                 {"loss_kind", e.model->loss_kind},
                 {"macs_per_voxel", e.model->macs_per_voxel},
                 {"trained_on_fingerprints", e.model->n_train}});
  json["goals"] = goals.json();
  return json;
}

}  // namespace crbrt::verdict
