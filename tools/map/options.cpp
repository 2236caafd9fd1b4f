// SPDX-License-Identifier: Apache-2.0
// Options of crbrt-map beyond those it shares with crbrt-fit.
#include "tools/map/options.h"

#include "base/error.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"
#include "tools/map/voxel_estimator.h"

namespace crbrt::map {

namespace {

void check(const RefineOptions& o) {
  if (o.kind.empty() && (!o.sequence.empty() || !o.prior.empty() || o.tr_s || o.resume || o.map_prior || o.voxels != "all"))
    throw base::UsageError("--sequence, --tr, --prior, --map-prior, --refine-voxels and --resume go with --refine");
  if (o.kind == "exact" && o.sequence.empty()) throw base::UsageError("--refine exact needs the --sequence of the model");
}

}  // namespace

std::optional<MapOptions> parse_options(int argc, char** argv) {
  MapOptions options;
  std::string isa_name = "auto", precision = "f32";
  cli::CommandLine app(
      "Estimates tissue parameters in every voxel of a coefficient image and writes them as NIfTI maps, with standard "
      "deviations and a map of atypical voxels where the model predicts them. Where most voxels are atypical, and the model "
      "standardises its input, a diagnosis says what seems to be wrong with the data.",
      "crbrt-map",
      {{{"Maps of a brain on four threads",
         "crbrt-map --model brain_v2.crbm --input brain.nii --mask mask.nii --basis basis.h5 --out maps --threads 4"},
        {"A slice of a MAT file, with the numbers of the run as JSON",
         "crbrt-map --model invivo6.crbm --input coefficients.mat:x --basis basis.mat:U --out maps --stats stats.json"}}});
  app.option("--model FILE", options.model, "model (.crbm)").required();
  volume::add_image_options(app, options.image);
  app.option(
      "--basis FILE", options.basis,
      "basis of the input, checked against the model's: an array [frames, coefficients] in a file of any format of --input, or "
      "M.crbm");
  const cli::Option sigma =
      app.option("--sigma NOISE", options.sigma,
                 "noise (standard deviation) of the real and of the imaginary part of each coefficient, in units of the "
                 "input, for the standard deviations (default: estimated from the input)");
  app.flag("--no-std", options.no_std, "no maps of standard deviations").excludes(sigma);
  app.option(
      "--dicom-like FOLDER", options.dicom_like,
      "write the maps as DICOM, too, in a folder dicom of --out: a series a map, for the patient, study and geometry of the "
      "series of MR images in FOLDER");
  app.option("--isa ISA", isa_name, cli::isa_help()).show_default();
  app.option("--precision PRECISION", precision,
             "f32, or integer: the integer form of a model that has one (older name: fixed)")
      .show_default();
  RefineOptions& refine = options.refine;
  app.option(
         "--refine KIND", refine.kind,
         "least squares from the model's estimates: exact, by the physics of --sequence; learned, by the model's forward part")
      .one_of({"exact", "learned"});
  app.option("--sequence FILE", refine.sequence,
             "pulse sequence of the model, for --refine exact: JSON, or MAT v7.3/HDF5 (then --tr)");
  app.option("--tr SECONDS", refine.tr_s, "repetition time in seconds").positive();
  app.option("--prior FILE", refine.prior,
             "JSON file whose classes bound the refinement (default: models/priors/paper.json, of Zhang et al. 2022)");
  app.option("--refine-voxels WHICH", refine.voxels,
             "all, flagged (out of range or atypical), a number of drawn ones, or label:K of --labels")
      .show_default();
  app.option("--refine-steps N", refine.steps, "most steps of Gauss-Newton").in_range(1, 100).show_default();
  app.flag("--map-prior", refine.map_prior,
           "refine to a maximum a posteriori: the Gaussians of the prior's first class count beside the data");
  app.flag("--resume", refine.resume, "go on with the voxels that a run of the same command had refined when it was stopped");
  if (!app.parse(argc, argv)) return std::nullopt;
  check(refine);
  if (options.image.bids && !options.dicom_like.empty())
    throw base::UsageError("--bids: expected no --dicom-like, which writes beside the maps of one folder");
  if (precision != "f32" && precision != "integer" && precision != "fixed")
    throw base::UsageError("--precision: expected f32 or integer, found " + precision);
  options.is_integer = precision != "f32";
  if (options.sigma && !is_noise(*options.sigma)) {  // not a number, too
    throw base::UsageError("--sigma: expected a positive number, found " + std::to_string(*options.sigma));
  }
  options.isa = cli::isa_option(isa_name);
  return options;
}

}  // namespace crbrt::map
