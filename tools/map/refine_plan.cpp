// SPDX-License-Identifier: Apache-2.0
// Everything is checked before the first voxel is mapped.
#include "tools/map/refine_plan.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/read_file.h"
#include "base/sha256.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "tools/cli/command_line.h"
#include "tools/learned/learned_model.h"
#include "tools/viewer/regions.h"
#include "tools/volume/fit_input.h"
#include "tools/volume/named_basis.h"
#include "tools/volume/voxel_draw.h"

namespace crbrt::map {
namespace {

constexpr std::string_view label_prefix = "label:";

std::optional<long> number_in(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// [voxel of the list] whether `chosen` (indices into the grid) holds it.
std::vector<bool> marked(const std::vector<std::size_t>& listed, std::vector<std::size_t> chosen) {
  std::sort(chosen.begin(), chosen.end());
  std::vector<bool> marks;
  for (const std::size_t voxel : listed) marks.push_back(std::binary_search(chosen.begin(), chosen.end(), voxel));
  return marks;
}

RefinementSettings voxels_of(const MapOptions& options, const volume::ImageInputs& inputs) {
  const std::string& which = options.refine.voxels;
  RefinementSettings settings;
  settings.n_voxel = inputs.voxels.size();
  if (which == "all") return settings;
  if (which == "flagged") {
    settings.only_flagged = true;
    return settings;
  }
  const std::vector<std::size_t> listed = inputs.voxels.indices();
  if (which.starts_with(label_prefix)) {
    const auto label = number_in(std::string_view(which).substr(label_prefix.size()));
    if (!label || options.image.labels.empty())
      throw base::UsageError("--refine-voxels: expected label:K with a number K of --labels FILE, found " + which);
    const auto regions = viewer::read_labels(options.image.labels, inputs.grid, options.image.grid_check());
    const auto region = regions.find(*label);
    if (region == regions.end())
      throw base::InputError(options.image.labels, "the label " + std::to_string(*label) + " of --refine-voxels", "none");
    settings.is_asked_for = marked(listed, region->second);
    return settings;
  }
  const auto count = number_in(which);
  if (!count || *count < 1)
    throw base::UsageError("--refine-voxels: expected all, flagged, a number of voxels, or label:K, found " + which);
  settings.is_asked_for = marked(listed, volume::draw_voxels(listed, static_cast<std::size_t>(*count), 1));
  return settings;
}

/// Those that are flagged count as all: nobody knows yet which they are.
std::vector<std::size_t> asked_for(const RefinementSettings& settings, const volume::ImageInputs& inputs) {
  const std::vector<std::size_t> listed = inputs.voxels.indices();
  if (settings.is_asked_for.empty()) return listed;
  std::vector<std::size_t> voxels;
  for (std::size_t v = 0; v < listed.size(); ++v)
    if (settings.is_asked_for[v]) voxels.push_back(listed[v]);
  return voxels;
}

/// The model's outputs say which, the prior the rest.
physics::T1Model t1_model_of(const Program& program, const physics::Prior& prior) {
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const physics::Quantity* const quantity = physics::find_quantity(program.outputs[i].name);
    if (quantity != nullptr && quantity->t1_model) return *quantity->t1_model;
  }
  return prior.t1_model;
}

physics::Sequence sequence_of(const MapOptions& options, const ModelInfo& info) {
  physics::Sequence sequence = physics::read_sequence(options.refine.sequence, options.refine.tr_s);
  if (const std::string sha256 = physics::sha256_of(sequence); sha256 != info.sequence_sha256)
    throw base::DisagreementError(
        options.refine.sequence,
        "the sequence of the model, " + info.sequence_name + " (sha256 " + info.sequence_sha256.substr(0, 12) + "...)",
        sha256.substr(0, 12) + "...");
  return sequence;
}

/// What decides a refinement, apart from the data.
std::string identity_of(const MapOptions& options, const ModelInfo& info, double sigma,
                        const physics::ExpectedResidual& expected) {
  const base::Json json{{"program", cli::version()},
                        {"model", info.content_sha256},
                        {"integer", options.is_integer},
                        {"kind", options.refine.kind},
                        {"steps", options.refine.steps},
                        {"map_prior", options.refine.map_prior},
                        {"voxels", options.refine.voxels},
                        {"sigma", sigma},
                        {"chi_square_factor", expected.factor},
                        {"prior", options.refine.prior.empty() ? "" : base::read_file(options.refine.prior, "a prior")}};
  const std::string text = json.dump();
  return base::hex(base::sha256(text.data(), text.size()));
}

std::shared_ptr<const physics::ForwardModel> exact_model(const MapOptions& options, const ModelInfo& info,
                                                         const physics::Sequence& sequence, const physics::FitRange& range,
                                                         base::Warnings& warnings) {
  const std::string& file = options.basis.empty() ? options.model : options.basis;
  physics::Basis basis = volume::load_basis(file, static_cast<int>(info.n_coeff), sequence, warnings);
  try {
    return std::make_shared<physics::SimulatedModel>(sequence, range.domain(), std::move(basis));
  } catch (const std::domain_error& error) {
    throw base::InputError(options.refine.sequence, "balanced pulses for which the linear semi-solid rate exists",
                           error.what());
  }
}

std::shared_ptr<const physics::ForwardModel> learned_model(const MapOptions& options, const Model& model,
                                                           const physics::FitRange& range) {
  auto learned = std::make_shared<learned::LearnedModel>(model, options.model, options.isa);
  if (learned->unknowns() != range.unknowns()) {
    std::string found;
    for (const std::string& name : learned->unknowns().names()) found += (found.empty() ? "" : ", ") + name;
    throw base::DisagreementError(options.model, "a forward part with the unknowns of the prior", found);
  }
  return learned;
}

/// Twenty evaluations of the model's forward part cost as much as one simulation. Empty where it has none for this prior.
std::optional<physics::Fitter> approach_of(const MapOptions& options, const Model& model, const physics::FitRange& range,
                                           const physics::Prior& prior, physics::FitSettings settings) {
  if (model.forward_program() == nullptr) return std::nullopt;
  auto learned = std::make_shared<learned::LearnedModel>(model, options.model, options.isa);
  if (learned->unknowns() != range.unknowns()) return std::nullopt;
  settings = physics::refining_learned(settings);
  settings.max_refining = options.refine.steps;
  return physics::Fitter(std::move(learned), prior, settings);
}

}  // namespace

std::optional<RefinePlan> plan_refinement(const MapOptions& options, const Model& model, const Program& program,
                                          const volume::ImageInputs& inputs, double sigma, base::Warnings& warnings) {
  if (options.refine.kind.empty()) return std::nullopt;
  RefinePlan plan;
  RefinementSettings settings = voxels_of(options, inputs);
  settings.sigma = sigma;
  const bool is_exact = options.refine.kind == "exact";
  std::optional<physics::Sequence> sequence;
  if (is_exact) sequence = sequence_of(options, model.info());
  const double tr_s = is_exact ? sequence->tr_s : model.info().tr_s;
  const physics::Prior prior =
      options.refine.prior.empty() ? physics::paper_fit_prior(tr_s) : physics::read_prior(options.refine.prior, tr_s);
  physics::FitSettings fit;
  fit.t1_model = t1_model_of(program, prior);
  if (sigma > 0) fit.sigma = sigma;
  fit.map_prior = options.refine.map_prior;
  if (fit.map_prior && !fit.sigma)
    throw base::DisagreementError(inputs.image.spec().shown, "a noise that is known or can be estimated (--map-prior)", "none");
  fit = is_exact ? physics::refining(fit) : physics::refining_learned(fit);
  fit.max_refining = options.refine.steps;
  plan.settings = base::Json{{"Kind", options.refine.kind},
                             {"Steps", options.refine.steps},
                             {"Voxels", options.refine.voxels},
                             {"MaximumAPosteriori", options.refine.map_prior},
                             {"PriorName", prior.name}};
  if (is_exact) plan.reads.push_back(options.refine.sequence + ": sequence " + sequence->name + ", to refine with");
  if (!options.refine.prior.empty()) plan.reads.push_back(options.refine.prior + ": prior " + prior.name);
  const physics::FitRange range(prior, fit.t1_model);
  const auto forward =
      is_exact ? exact_model(options, model.info(), *sequence, range, warnings) : learned_model(options, model, range);
  try {
    auto approach = is_exact ? approach_of(options, model, range, prior, fit) : std::nullopt;
    if (approach) plan.reads.push_back(options.model + ": its forward part, to begin the refinement with");
    physics::Refiner refiner(physics::Fitter(forward, prior, fit), std::move(approach));
    if (!options.image.dry_run) {
      const physics::ExpectedResidual expected = volume::expect_residual(
          refiner, inputs.image, asked_for(settings, inputs), options.image.threads, inputs.image.spec().shown, warnings);
      plan.settings["ExpectedChiSquare"] = {{"Median", expected.median}, {"Factor", expected.factor}};
      plan.parts = std::make_unique<RefinedParts>(options.image.out, identity_of(options, model.info(), sigma, expected),
                                                  options.refine.resume, warnings);
    }
    plan.refinement =
        std::make_unique<Refinement>(program, options.model, std::move(refiner), prior, std::move(settings), plan.parts.get());
  } catch (const std::invalid_argument& error) {
    throw base::DisagreementError(options.model, "a model and a prior that a fit can refine", error.what());
  }
  return plan;
}

}  // namespace crbrt::map
