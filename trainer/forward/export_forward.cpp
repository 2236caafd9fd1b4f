// SPDX-License-Identifier: Apache-2.0
// Writes the forward part alone, asks the runtime for it, and compares.
#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include "base/error.h"
#include "crbrt/crbrt.hpp"
#include "physics/basis.h"
#include "trainer/forward/forward_train.h"

namespace crbrt::trainer {
namespace {

constexpr std::size_t n_test_voxel = 16;

ModelInfo info_of(const ForwardConfig& config, const physics::Dataset& dataset, const ForwardData& data,
                  const TrainedForward& trained) {
  ModelInfo info;
  info.sequence_name = dataset.sequence_name;
  info.sequence_sha256 = dataset.sequence_sha256;
  info.basis_sha256 = dataset.basis_sha256;
  info.basis_sha256_single = sha256_single_of(dataset.basis);
  info.tr_s = dataset.tr_s;
  info.n_frame = static_cast<std::uint32_t>(dataset.basis.rows());
  info.n_coeff = static_cast<std::uint32_t>(data.n_coeff);
  const auto numbers = [](const Eigen::MatrixXd& m) { return std::vector<double>(m.data(), m.data() + m.size()); };
  if (config.common.ship_basis) {
    info.basis = numbers(dataset.basis.real());
    info.basis_imag = numbers(dataset.basis.imag());
  }
  ForwardInfo& forward = info.forward;
  forward.errors = trained.errors;
  forward.residual = trained.residual;
  forward.crbrt_version = CRBRT_VERSION_STRING;
  forward.config_json = config.common.text;
  forward.dataset_provenance = dataset.provenance;
  forward.licence = config.common.licence;
  forward.epochs = static_cast<std::uint32_t>(trained.epochs);
  forward.n_train = data.training.n;
  forward.n_validation = data.validation.n;
  if (!trained.history.empty()) forward.validation_loss = trained.history.back().validation_loss;
  return info;
}

[[noreturn]] void fail(const std::string& why) { throw base::Error(base::exit_internal, "the exported forward model " + why); }

Model load(const ModelFile& file) {
  const std::vector<std::uint8_t> image = crbm_image(file);
  Model model;
  const LoadResult result = load_forward({image.data(), image.size()}, model);
  if (result.status != Status::ok) fail(std::string("is refused: ") + message(result.status) + " (" + result.detail + ")");
  return model;
}

std::vector<float> run_scalar(const ForwardProgram& program, const std::vector<double>& tissues) {
  const std::size_t n = tissues.size() / program.n_input, n_part = 2 * std::size_t{program.n_coeff};
  const std::size_t bytes = ForwardSession::arena_bytes(program);
  const auto release = [](std::byte* arena) { ::operator delete (arena, std::align_val_t{layout::arena_alignment}); };
  const std::unique_ptr<std::byte, decltype(release)> arena(
      static_cast<std::byte*>(::operator new (bytes, std::align_val_t{layout::arena_alignment})), release);
  std::vector<float> coefficients(n * n_part);
  ForwardSession session;
  Status status = session.bind(program, arena.get(), bytes, Isa::scalar);
  if (status == Status::ok)
    status = session.evaluate({tissues.data(), n, program.n_input}, {.coefficients = {coefficients.data(), n, n_part}});
  if (status != Status::ok) fail(std::string("cannot be run: ") + message(status));
  return coefficients;
}

/// The root of the mean square of e is what the training has measured with LibTorch's numbers, but for rounding; a transposed
/// layer or another feature is off by a hundred standard deviations of the noise.
void check_residual(const ForwardProgram& program, const ForwardData& data, const TrainedForward& trained) {
  const std::vector<float> found = run_scalar(program, data.validation.tissues);
  const std::size_t n_part = 2 * data.n_coeff;
  double squares = 0;
  for (std::size_t v = 0; v < data.validation.n; ++v) {
    const double* const tissue = &data.validation.tissues[v * program.n_input];
    const bool is_conjugated = program.is_mirrored != 0 && tissue[program.periodic_input] < 0;
    for (std::size_t j = 0; j < n_part; ++j) {
      const double sign = is_conjugated && j >= data.n_coeff ? -1 : 1;
      const double e = forward_snr * sign * found[v * n_part + j] - data.validation.targets[v * n_part + j];
      squares += e * e / static_cast<double>(data.validation.n * n_part);
    }
  }
  const double rms = std::sqrt(squares);
  if (!(std::abs(rms - trained.residual.rms) <= 1e-3 + 1e-2 * trained.residual.rms))
    fail("is off by " + std::to_string(rms) + " standard deviations of noise where LibTorch was off by " +
         std::to_string(trained.residual.rms));
}

}  // namespace

ModelFile export_forward(const ForwardConfig& config, const physics::Dataset& dataset, const ForwardData& data,
                         const TrainedForward& trained) {
  ModelFile file;
  file.network.name = config.common.name;
  file.network.n_coeff = static_cast<std::uint32_t>(data.n_coeff);
  file.info = info_of(config, dataset, data, trained);
  file.info.name = config.common.name;
  file.forward = trained.part;
  const std::size_t n_test = std::min(n_test_voxel, data.validation.n), n_input = trained.part.inputs.size();
  ForwardInfo& forward = file.info.forward;
  forward.test_tissues.assign(data.validation.tissues.begin(),
                              data.validation.tissues.begin() + static_cast<std::ptrdiff_t>(n_test * n_input));
  forward.test_coefficients.assign(n_test * 2 * data.n_coeff, 0.0f);
  const Model model = load(file);
  forward.test_coefficients = run_scalar(*model.forward_program(), forward.test_tissues);
  check_residual(*model.forward_program(), data, trained);
  load(file);
  return file;
}

}  // namespace crbrt::trainer
