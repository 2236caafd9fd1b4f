// Loss, bias and variance are ratios to the bound: 1 is an efficient unbiased estimator.
#include "tools/eval/report.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/cli/command_line.h"

namespace crbrt::evaluation {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string cell(const std::string& text, int width) {
  char padded[128];
  std::snprintf(padded, sizeof padded, "%*s", width, text.c_str());
  return padded;
}

std::string ratio(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return cell(text, 14);
}

Json named(const std::vector<std::string>& names, const std::vector<double>& values) {
  Json object;
  for (std::size_t j = 0; j < names.size(); ++j) object[names[j]] = values[j];
  return object;
}

std::vector<double> sum(const Split& split) {
  std::vector<double> loss(split.bias2_over_crb.size());
  for (std::size_t j = 0; j < loss.size(); ++j) loss[j] = split.bias2_over_crb[j] + split.var_over_crb[j];
  return loss;
}

}  // namespace

std::string table(const Evaluation& evaluation, const Origin& origin) {
  std::string text = origin.model_name + " (" + std::to_string(origin.macs_per_voxel) + " multiply-adds per voxel) on " +
                     std::to_string(evaluation.fingerprints) + " fingerprints of " + origin.sequence_name + ", " +
                     name(evaluation.isa) + ": " + std::to_string(evaluation.voxels) + " voxels, " +
                     number(evaluation.kernel_s) + " s in the kernels, " + number(evaluation.total_s) + " s in all\n";
  text += std::to_string(evaluation.dropped) + " fingerprints without a finite bound left out, " +
          std::to_string(evaluation.flagged) + " voxels flagged\n\n" + cell("", 24);
  for (const auto& output : evaluation.outputs) text += cell(output, 16);
  text += "\n";
  const auto row = [&](const std::string& title, const std::vector<double>& values) {
    char head[32];
    std::snprintf(head, sizeof head, "%-24s", title.c_str());
    text += head;
    for (double value : values) text += "  " + ratio(value);
    text += "\n";
  };
  row("loss, SNR " + number(origin.snr_min) + " to " + number(origin.snr_max), evaluation.loss);
  for (const Split& split : evaluation.splits) {
    row("SNR " + number(split.snr) + ": bias^2/CRB", split.bias2_over_crb);
    row("        variance/CRB", split.var_over_crb);
  }
  return text + "\nmean CRB loss " + number(evaluation.loss_mean) + "\n";
}

std::string json(const Evaluation& evaluation, const Options& options, const Origin& origin) {
  Json document;
  document["loss"]["mean"] = evaluation.loss_mean;
  document["loss"].update(named(evaluation.outputs, evaluation.loss));
  document["snr"] = Json::object();
  for (const Split& split : evaluation.splits)
    document["snr"][number(split.snr)] = {{"bias2_over_crb", named(evaluation.outputs, split.bias2_over_crb)},
                                          {"var_over_crb", named(evaluation.outputs, split.var_over_crb)},
                                          {"loss", named(evaluation.outputs, sum(split))}};
  document["model"] = origin.model_name;
  document["model_sha256"] = origin.model_sha256;
  document["sequence"] = origin.sequence_name;
  document["macs_per_voxel"] = origin.macs_per_voxel;
  document["snr_min"] = origin.snr_min;
  document["snr_max"] = origin.snr_max;
  document["fingerprints"] = evaluation.fingerprints;
  document["dropped"] = evaluation.dropped;
  document["voxels"] = evaluation.voxels;
  document["flagged"] = evaluation.flagged;
  document["draws"] = options.draws;
  document["realisations"] = options.realisations;
  document["seed"] = options.seed;
  document["threads"] = options.threads;
  document["isa"] = name(evaluation.isa);
  document["kernel_s"] = evaluation.kernel_s;
  document["total_s"] = evaluation.total_s;
  document["version"] = cli::version();
  document["command"] = origin.command;
  return document.dump(2) + "\n";
}

}  // namespace crbrt::evaluation
