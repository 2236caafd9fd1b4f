// SPDX-License-Identifier: Apache-2.0
// The run goes as far as its inputs are read and checked, so that a plan is no promise that a real run would break at once.
#include "tools/volume/run_plan.h"

namespace crbrt::volume {
namespace {

std::string listed(const std::string& heading, const std::vector<std::string>& lines) {
  std::string text = heading + ":\n";
  for (const std::string& line : lines) text.append("  ").append(line).append("\n");
  return lines.empty() ? text + "  nothing\n" : text;
}

}  // namespace

std::string RunPlan::in_words() const {
  return listed("would read", reads) + listed("would assume", assumes) + listed("would write", writes) +
         "nothing was written (--dry-run)\n";
}

RunPlan plan_of(const ImageOptions& options, const ImageInputs& inputs, std::size_t n_estimated,
                const std::vector<std::string>& maps, const base::Warnings& warnings) {
  RunPlan plan;
  plan.reads.push_back(options.input + ": " + text(inputs.grid.shape) + " voxels of " + std::to_string(inputs.image.n_coeff()) +
                       " complex coefficients");
  if (!options.like.empty()) plan.reads.push_back(options.like + ": the geometry of the maps");
  if (!options.mask.empty())
    plan.reads.push_back(options.mask + ": " + std::to_string(inputs.voxels.size()) + " voxels in the mask");
  if (options.mask.empty()) plan.assumes.emplace_back("every voxel is to be estimated, because there is no --mask");
  plan.assumes.push_back(std::to_string(n_estimated) + " of " + std::to_string(n_voxel(inputs.grid.shape)) + " voxels on " +
                         std::to_string(options.threads) + (options.threads == 1 ? " thread" : " threads"));
  for (const std::string& warning : warnings.texts()) plan.assumes.push_back("warning: " + warning);
  plan.writes = place_of(options).files_of(maps, options.compression());
  for (const std::string& file : {options.stats, options.report, options.regions_csv()})
    if (!file.empty()) plan.writes.push_back(file);
  return plan;
}

}  // namespace crbrt::volume
