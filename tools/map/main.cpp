// SPDX-License-Identifier: Apache-2.0
// crbrt-map: parameter maps from a coefficient image with a trained model.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/companion_file.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "base/warnings.h"
#include "crbrt/loader.hpp"
#include "tools/dicom/map_series.h"
#include "tools/map/diagnosis.h"
#include "tools/map/map_files.h"
#include "tools/map/model_maps.h"
#include "tools/map/noise_level.h"
#include "tools/map/options.h"
#include "tools/map/refine_plan.h"
#include "tools/map/single_faults.h"
#include "tools/viewer/map_page.h"
#include "tools/volume/basis_check.h"
#include "tools/volume/blank_parts.h"
#include "tools/volume/image_run.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/run_plan.h"

namespace {

using namespace crbrt;
using map::MapOptions;

volume::BasisCheck check_basis(const MapOptions& options, const ModelInfo& info, const volume::CoefficientImage& input,
                               base::Warnings& warnings) {
  const volume::ExpectedBasis expected{physics::identity_of_model(info), info.n_coeff, "model " + info.name};
  const volume::BasisCheck check = volume::check_basis(expected, options.basis, input.files(), warnings);
  if (check == volume::BasisCheck::unknown) {
    warnings.add(input.spec().shown + ": nothing says in which basis it was made (--basis FILE, or basis_sha256 in " +
                 input.spec().sidecar_path() + ")");
  }
  return check;
}

volume::RunRecord run_record(const MapOptions& options, const ModelInfo& info, volume::BasisCheck check,
                             const base::Json& refinement, std::vector<std::string> sources, std::string command) {
  base::Json estimator;
  estimator["ModelName"] = info.name;
  estimator["ModelSHA256"] = info.content_sha256;
  estimator["SequenceName"] = info.sequence_name;
  estimator["SequenceSHA256"] = info.sequence_sha256;
  estimator["BasisSHA256"] = info.basis_sha256;
  estimator["BasisVerified"] = volume::to_json(check);
  estimator["EstimationAlgorithm"] = "neural network, voxel by voxel, from coefficients in a subspace";
  if (!refinement.is_null()) estimator["Refinement"] = refinement;
  estimator["EstimationReference"] = "https://doi.org/10.1002/mrm.29206";  // [paper]
  estimator["Precision"] = options.is_integer ? "integer" : "f32";
  estimator["InstructionSet"] = name(options.isa == Isa::automatic ? best_isa() : options.isa);
  return {"crbrt-map", std::move(command), std::move(sources), std::move(estimator)};
}

/// The form of the model that is asked for. Throws DisagreementError where it has no integers.
const Program& program_of(const MapOptions& options, const Model& model) {
  if (!options.is_integer) return model.program();
  if (model.integer_program() == nullptr)
    throw base::DisagreementError(options.model, "a model with an integer form (--precision integer)", "one without");
  return *model.integer_program();
}

/// What the standard deviations are made with; empty where there are none. Throws DisagreementError for a --sigma that the
/// model has no use for.
std::optional<map::NoiseLevel> noise_of(const MapOptions& options, const Program& program, const volume::ImageInputs& inputs,
                                        base::Warnings& warnings) {
  const bool has_std = program.uncertainty != nullptr || !options.refine.kind.empty();
  if (options.sigma && !has_std)
    throw base::DisagreementError(options.model, "a model that predicts standard deviations (--sigma)", "one without");
  if (options.sigma) return map::NoiseLevel{.sigma = *options.sigma, .source = map::NoiseSource::given};
  if (options.no_std || !has_std) return std::nullopt;
  const map::NoiseEstimate estimate = map::estimate_noise(inputs.image, inputs.voxels, options.image.threads);
  if (!estimate.level) {
    warnings.add(inputs.image.spec().shown + ": no standard deviations, because the noise cannot be estimated (" +
                 estimate.why_not + "); --sigma gives it");
  }
  if (!estimate.doubt.empty()) warnings.add(inputs.image.spec().shown + ": " + estimate.doubt + "; --sigma gives it");
  return estimate.level;
}

/// Noise and atypical voxels for people, and the same for --stats.
base::Json report_details(const std::string& input, const std::optional<map::NoiseLevel>& noise,
                          const std::optional<map::Atypical>& atypical, base::Warnings& warnings) {
  base::Json json = base::Json::object();
  if (noise) {
    base::print_lines("noise: " + noise->in_words() + "\n");
    json["noise"] = noise->to_json();
  }
  if (atypical) {
    base::print_lines("atypical: " + atypical->in_words() + "\n");
    json["atypicality"] = atypical->to_json();
  }
  if (atypical && atypical->diagnosis) {
    warnings.add(input + ": " + atypical->in_words() + " are unlike the model's training data; " +
                 atypical->diagnosis->in_words());
  }
  return json;
}

base::Json refinement_report(const map::Refinement& refinement) {
  const map::RefinementReport report = refinement.report();
  base::print_lines("refined: " + report.in_words() + "\n");
  return report.to_json();
}

/// What a sample of the voxels says about single coefficients, and the same for --stats.
base::Json check_coefficients(const Program& program, const map::MapSettings& settings, const volume::ImageInputs& inputs,
                              const std::optional<map::Atypical>& atypical, base::Warnings& warnings) {
  const std::vector<float> sample = volume::sample_coefficients(inputs.image, inputs.voxels);
  const std::string& file = inputs.image.spec().shown;
  base::Json json = base::Json::array();
  if (volume::warn_of_blank_parts(volume::blank_parts(sample, program.n_coeff), file, warnings)) return json;
  for (const map::SingleFault& fault : map::single_faults_of(program, settings, sample, atypical)) {
    warnings.add(file + ": " + fault.in_words());
    json.push_back(fault.to_json());
  }
  return json;
}

volume::RunPlan plan_of(const MapOptions& options, const Model& model, const Program& program,
                        const volume::ImageInputs& inputs, const std::vector<volume::MapDescription>& outputs,
                        const std::optional<map::NoiseLevel>& noise, const base::Warnings& warnings) {
  const auto names = map::map_names(outputs, noise.has_value(), program.atypicality != nullptr);
  volume::RunPlan plan = volume::plan_of(options.image, inputs, inputs.voxels.size(), names, warnings);
  plan.reads.push_back(options.model + ": model " + model.info().name);
  if (!options.basis.empty()) plan.reads.push_back(options.basis + ": the basis, which is the model's");
  if (noise) plan.assumes.push_back("noise: " + noise->in_words());
  const Isa isa = options.isa == Isa::automatic ? best_isa() : options.isa;
  plan.assumes.push_back(std::string("instruction set ") + name(isa) + ", " +
                         (options.is_integer ? "integers" : "single precision"));
  return plan;
}

int run(int argc, char** argv) {
  const volume::StopWatch total;
  const auto options = map::parse_options(argc, argv);
  if (!options) return base::exit_ok;
  const Model model = base::load_model(options->model);
  const Program& program = program_of(*options, model);
  base::Warnings warnings("crbrt-map");
  const auto outputs = map::describe_outputs(options->model, program, options->image.times());

  const volume::StopWatch reading;
  const auto image = volume::open_coefficients(options->image, program.n_coeff);
  const auto inputs = volume::inputs_of(options->image, image, program.n_coeff, "model " + model.info().name, warnings);
  base::CompanionFile stats_file(options->image.stats);
  viewer::MapPage page(options->image, inputs.grid);
  dicom::MapSeries dicom(options->dicom_like, options->image, inputs.grid, warnings);
  const auto basis = check_basis(*options, model.info(), inputs.image, warnings);
  const auto noise = noise_of(*options, program, inputs, warnings);
  const double open_s = reading.seconds();
  const auto refine = map::plan_refinement(*options, model, program, inputs, noise ? noise->sigma : 0, warnings);
  const volume::MapPlace place = volume::place_of(options->image);
  const auto names = map::map_names(outputs, noise.has_value(), program.atypicality != nullptr, refine.has_value());
  if (options->image.dry_run) {
    place.expect_room(names);
    volume::RunPlan plan = plan_of(*options, model, program, inputs, outputs, noise, warnings);
    if (dicom.is_asked_for()) dicom.add_to(plan, names);
    if (refine) plan.reads.insert(plan.reads.end(), refine->reads.begin(), refine->reads.end());
    base::print_lines(plan.in_words());
    return base::exit_ok;
  }
  volume::MapFolder folder(place, inputs.grid, inputs.voxels,
                           run_record(*options, model.info(), basis, refine ? refine->settings : base::Json(), inputs.sources,
                                      volume::command_without_folders(argc, argv)),
                           options->image.compression(), options->image.threads, options->image.fill_value());
  place.expect_room(names);  // in the folder, in which what a killed run left has been put right
  dicom.open(names);
  map::OutputMaps maps(folder, program, outputs, noise, refine ? refine->refinement.get() : nullptr);

  const map::MapSettings settings{.isa = options->isa,
                                  .threads = options->image.threads,
                                  .sigma = noise ? noise->sigma : 0,
                                  .refinement = refine ? refine->refinement.get() : nullptr};
  const map::ModelRun result =
      map::map_voxels(program, settings, inputs.image, inputs.voxels, [&] { return maps.make_sink(); });
  std::optional<map::Atypical> atypical;
  if (program.atypicality != nullptr) atypical = map::count_atypical(program, result, inputs.image, inputs.voxels);

  base::Json details = report_details(inputs.image.spec().shown, noise, atypical, warnings);
  if (refine) details["refinement"] = refinement_report(*refine->refinement);
  details["coefficient_faults"] = check_coefficients(program, settings, inputs, atypical, warnings);
  const auto counts = volume::count(map::final_status(result, settings.refinement), volume::n_voxel(inputs.grid.shape));
  if (std::none_of(result.status.begin(), result.status.end(), map::has_estimate))
    warnings.add(inputs.image.spec().shown + ": no voxel has an estimate, because none holds finite coefficients other than 0");
  volume::expect_no_warnings(options->image, warnings);

  const volume::StopWatch writing;
  maps.finish(result, atypical);
  dicom.stage(folder, warnings);
  volume::expect_no_warnings(options->image, warnings);

  const volume::RunStats stats{.voxels = inputs.voxels.size(),
                               .threads = settings.threads,
                               .isa = name(result.isa),
                               .precision = options->is_integer ? "integer" : "f32",
                               .model = model.info().name,
                               .macs_per_voxel = program.macs_per_voxel,
                               .read_s = open_s + result.times.other_s,
                               .kernel_s = result.times.kernel_s,
                               .write_s = result.times.store_s + writing.seconds(),
                               .total_s = total.seconds(),
                               .peak_rss_bytes = volume::peak_rss_bytes(),
                               .status = counts,
                               .warnings = warnings.texts(),
                               .more = std::move(details)};
  folder.stage(stats_file, stats.to_json().dump(2) + "\n");
  page.stage(folder);
  folder.commit();
  dicom.commit();
  stats_file.commit();
  page.commit();
  if (refine && refine->parts) refine->parts->remove();
  volume::print_summary(options->image, stats, "estimating");
  return base::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return base::run_main("crbrt-map", run, argc, argv); }
