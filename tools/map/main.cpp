// crbrt-map: parameter maps from a coefficient image with a trained model.
#include <cstdio>
#include <string>
#include <vector>

#include "crbrt/loader.hpp"
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/cli/model_file.h"
#include "tools/map/model_maps.h"
#include "tools/volume/basis_check.h"
#include "tools/volume/image_run.h"
#include "tools/volume/map_names.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/sidecar.h"

namespace {

using namespace crbrt;

struct MapOptions {
  volume::ImageOptions image;
  std::string model, basis, isa_name = "auto";
  Isa isa = Isa::automatic;
};

/// False when the program is done (--help).
bool read_command_line(int argc, char** argv, MapOptions& options) {
  CLI::App app("Estimates tissue parameters in every voxel of a coefficient image and writes them as NIfTI maps.", "crbrt-map");
  cli::add_common_options(app);
  app.add_option("--model", options.model, "model (.crbm)")->required();
  volume::add_image_options(app, options.image);
  app.add_option("--basis", options.basis,
                 "basis of the input, checked against the model's: FILE.h5, FILE.h5:NAME, FILE.mat:U or M.crbm");
  app.add_option("--isa", options.isa_name, "force an instruction set: auto, scalar, sse4.2, avx2")->capture_default_str();
  if (!cli::parse(app, argc, argv)) return false;
  if (!isa_from_name(options.isa_name.c_str(), options.isa)) {
    throw cli::UsageError("--isa: expected auto, scalar, sse4.2 or avx2, found " + options.isa_name);
  }
  return true;
}

volume::BasisCheck check_basis(const MapOptions& options, const ModelInfo& info, const volume::FileSpec& input) {
  const volume::BasisIdentity expected{info.basis_sha256, info.n_coeff, "model " + info.name};
  const volume::BasisCheck check = volume::check_basis(expected, options.basis, input);
  if (check == volume::BasisCheck::unknown) {
    std::fprintf(stderr,
                 "crbrt-map: warning: %s: nothing says in which basis it was made (--basis FILE, or basis_sha256 in %s)\n",
                 input.shown.c_str(), input.sidecar_path().c_str());
  }
  return check;
}

volume::RunRecord run_record(const ModelInfo& info, volume::BasisCheck check, std::vector<std::string> sources,
                             std::string command) {
  nlohmann::ordered_json estimator;
  estimator["ModelName"] = info.name;
  estimator["ModelSHA256"] = info.content_sha256;
  estimator["SequenceName"] = info.sequence_name;
  estimator["SequenceSHA256"] = info.sequence_sha256;
  estimator["BasisSHA256"] = info.basis_sha256;
  estimator["BasisVerified"] = volume::to_json(check);
  return {"crbrt-map", std::move(command), std::move(sources), std::move(estimator)};
}

std::vector<volume::MapDescription> describe_outputs(const std::string& model_path, const Program& program) {
  std::vector<std::string> outputs;
  for (std::size_t i = 0; i < program.n_output; ++i) outputs.emplace_back(program.outputs[i].name);
  const std::vector<std::string> names = volume::map_names(model_path, outputs);
  std::vector<volume::MapDescription> maps;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Output& output = program.outputs[i];
    maps.push_back({names[i], outputs[i], output.unit, {{"ValidRange", {output.minimum, output.maximum}}}});
  }
  return maps;
}

int run(int argc, char** argv) {
  const volume::StopWatch total;
  MapOptions options;
  if (!read_command_line(argc, argv, options)) return cli::exit_ok;
  const Model model = cli::load_model(options.model);
  const Program& program = model.program();
  const auto descriptions = describe_outputs(options.model, program);

  const volume::StopWatch reading;
  const auto inputs = volume::open_inputs(options.image, program.n_coeff, "model " + model.info().name);
  const auto basis = check_basis(options, model.info(), inputs.image.spec());
  const double open_s = reading.seconds();
  volume::Report report(options.image);
  volume::MapFolder folder(options.image.out, inputs.grid,
                           run_record(model.info(), basis, inputs.sources, volume::command_without_folders(argc, argv)),
                           options.image.compression());

  const auto result = map::map_voxels(program, options.isa, inputs.image, inputs.voxels, options.image.threads);

  const volume::StopWatch writing;
  for (std::size_t i = 0; i < descriptions.size(); ++i) folder.write(descriptions[i], result.maps[i]);
  folder.write_status(result.status);
  folder.commit();

  volume::RunStats stats{.voxels = inputs.voxels.size(),
                         .threads = options.image.threads,
                         .isa = name(result.isa),
                         .precision = "f32",
                         .model = model.info().name,
                         .macs_per_voxel = program.macs_per_voxel,
                         .read_s = open_s + result.times.other_s,
                         .kernel_s = result.times.kernel_s,
                         .write_s = writing.seconds(),
                         .total_s = total.seconds(),
                         .peak_rss_bytes = volume::peak_rss_bytes(),
                         .status = volume::count(result.status)};
  report.save(stats);
  return cli::exit_ok;
}

}  // namespace

int main(int argc, char** argv) { return cli::run_main("crbrt-map", run, argc, argv); }
