// The teacher runs in the runtime, not in LibTorch: no gradient is wanted, and one core does it faster.
#include "trainer/teacher.h"

#include <ATen/ATen.h>

#include "base/bound_session.h"
#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/crbrt.hpp"
#include "crbrt/loader.hpp"
#include "trainer/voxel_batch.h"

namespace crbrt::trainer {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::vector<std::string> outputs_of(const Program& program) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < program.n_output; ++i) names.emplace_back(program.outputs[i].name);
  return names;
}

std::vector<std::string> outputs_of(const Config& config) {
  std::vector<std::string> names;
  for (const OutputConfig& output : config.outputs) names.push_back(output.name);
  return names;
}

}  // namespace

struct Teacher::Impl {
  Model model;
  base::BoundSession session;

  explicit Impl(const std::string& path) : model(base::load_model(path)), session(model.program()) {}
};

Teacher::Teacher(const std::string& path, const Config& config, std::size_t n_coeff, const std::string& basis_sha256)
    : impl_(std::make_unique<Impl>(path)) {
  const Program& program = impl_->model.program();
  const ModelInfo& info = impl_->model.info();
  if (info.name != config.distillation.teacher)
    throw base::DisagreementError(path, "the model " + config.distillation.teacher, info.name);
  if (program.n_coeff != n_coeff || info.basis_sha256 != basis_sha256)
    throw base::DisagreementError(path, "a model for the basis of the data set (" + basis_sha256.substr(0, 12) + ")",
                                  "one for another (" + info.basis_sha256.substr(0, 12) + ")");
  if (outputs_of(program) != outputs_of(config))
    throw base::DisagreementError(path, "the outputs " + listed(outputs_of(config)), listed(outputs_of(program)));
}

Teacher::~Teacher() = default;

std::vector<float> Teacher::estimates(const float* coefficients, std::size_t n_voxel) const {
  const Program& program = impl_->model.program();
  std::vector<float> result(n_voxel * program.n_output);
  const Status status = impl_->session->run(Coefficients::rows(coefficients, n_voxel, program.n_coeff),
                                            {.estimates = {result.data(), n_voxel, program.n_output}});
  if (status != Status::ok) throw base::Error(base::exit_internal, message(status));
  return result;
}

const std::string& Teacher::sha256() const { return impl_->model.info().content_sha256; }

/// The teacher answers on the CPU, wherever the block lies.
at::Tensor mixed_targets(const VoxelBatch& block, const Teacher& teacher, double share,
                         const Standardization& standardization) {
  const at::Tensor coefficients = block.coefficients.to(at::kCPU).contiguous();
  const std::vector<float> estimates =
      teacher.estimates(coefficients.data_ptr<float>(), static_cast<std::size_t>(coefficients.size(0)));
  const auto row = [](const std::vector<float>& values) { return at::tensor(values, at::kFloat); };
  const at::Tensor si_units = row(estimates).view({-1, block.targets.size(1)});
  const at::Tensor standardized = (si_units - row(standardization.offset)) / row(standardization.scale);
  return (1 - share) * block.targets + share * standardized.to(block.targets.device());
}

}  // namespace crbrt::trainer
