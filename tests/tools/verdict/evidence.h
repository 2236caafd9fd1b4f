// SPDX-License-Identifier: Apache-2.0
/// Measurements made by hand of an output that is well encoded and well estimated; tests spoil one number of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tools/verdict/verdict.h"

namespace crbrt::verdict {

/// T1f with a prior of 1.5 s, one width 0.5 s, and a bound of 2.5 s at SNR 1: 50 ms, 0.1 widths, at SNR 50. A constant guess
/// has a loss of (0.5 / 2.5)^2 = 0.04 at SNR 1, 148 from SNR 10 to 100.
inline Evidence good_train() {
  Evidence e{.sequence_name = "train", .sequence_sha256 = std::string(64, 'a'), .encoding = {}, .basis = {}, .model = {}};
  evaluation::OutputEncoding output{"t1_free_s", "s", {}, {}, 0.04};
  output.all = {.count = 2000, .prior = {1.5, 0.5}, .sqrt_crb_low = 2, .sqrt_crb = 2.5, .sqrt_crb_high = 4, .relative = 1.7};
  e.encoding.outputs = {output};
  evaluation::PartedParameter t2{"t2_free_s", "s", {}};
  for (int i = 0; i < 5; ++i)
    t2.parts.push_back({.low = 0.02 * (i + 1), .high = 0.02 * (i + 2), .fingerprints = {0}, .median_sqrt_crb = {2.5}});
  e.encoding.parts = {t2};
  e.encoding.fingerprints = 2000;
  e.encoding.is_prior_known = true;
  e.basis = evaluation::BasisLoss{200, 13, {{"t1_free_s", 1.05, 1.2}}};
  return e;
}

/// Everything measured, everything good.
inline Evidence good_model() {
  Evidence e = good_train();
  ModelEvidence m;
  m.name = "mine";
  m.loss_kind = "crb";
  m.macs_per_voxel = 16000;
  m.n_train = 60000;
  m.n_validation = 6000;
  m.trained_snr_min = 10;
  m.trained_snr_max = 100;
  m.evaluation.outputs = {"t1_free_s"};
  m.evaluation.units = {"s"};
  m.evaluation.loss = {1.1};
  m.evaluation.has_uncertainty = true;
  m.evaluation.voxels = 1000;
  for (const double snr : {10.0, 20.0, 50.0, 100.0}) {
    evaluation::Split split;
    split.snr = snr;
    split.bias2_over_crb = {0.2};
    split.var_over_crb = {0.9};
    split.data_share = {0.99};
    split.coverage = {{0.68}, {0.95}, {0}, {1}, {0.001}, {0.001}};
    m.evaluation.splits.push_back(split);
  }
  m.evaluation.detail.data_share = {0.99};
  m.evaluation.detail.parts = e.encoding.parts;
  for (evaluation::Part& part : m.evaluation.detail.parts[0].parts) {
    part.loss = {1.1};
    part.bias2_over_crb = {0.2};
  }
  evaluation::GridResult grid{evaluation::paper_grids(4)[1], {}};
  evaluation::GridMaps maps;
  maps.output = "t1_free_s";
  maps.unit = "s";
  maps.n = 16;
  maps.bias = Eigen::ArrayXXd::Constant(4, 4, 0.01);
  grid.outputs = {maps};
  m.grids = {grid};
  evaluation::NllsResult nlls;
  nlls.n_fingerprint = 40;
  nlls.nlls.median_loss = {0.46};
  nlls.model.median_loss = {0.5};
  m.nlls = nlls;
  m.own_loss = {1.08};
  e.model = std::move(m);
  return e;
}

inline const Finding* find(const Verdict& verdict, const std::string& rule) {
  const auto found =
      std::find_if(verdict.findings.begin(), verdict.findings.end(), [&](const Finding& f) { return f.rule == rule; });
  return found == verdict.findings.end() ? nullptr : &*found;
}

/// The rule fails, alone, with these words; and its evidence without the fault is fit.
inline void expect_failure(const Evidence& evidence, const std::string& rule, const std::string& words,
                           const Goals& goals = {}) {
  const Verdict verdict = verdict_of(evidence, goals);
  EXPECT_FALSE(verdict.fit) << rule;
  const Finding* finding = find(verdict, rule);
  ASSERT_NE(finding, nullptr) << rule;
  EXPECT_EQ(finding->state, State::fail) << rule;
  EXPECT_NE(finding->sentence.find(words), std::string::npos) << finding->sentence;
  for (const Finding& f : verdict.findings)
    EXPECT_TRUE(f.state != State::fail || f.rule == rule) << "also fails: " << f.rule << ": " << f.sentence;
}

inline void expect_step(const Evidence& evidence, const std::string& rule, const std::string& words) {
  const Verdict verdict = verdict_of(evidence, {});
  const Finding* finding = find(verdict, rule);
  ASSERT_NE(finding, nullptr) << rule;
  EXPECT_EQ(finding->state, State::next);
  EXPECT_NE(finding->sentence.find(words), std::string::npos) << finding->sentence;
}

}  // namespace crbrt::verdict
