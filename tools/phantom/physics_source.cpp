// The model's basis is of one sequence only, so the hashes decide.
#include "tools/phantom/physics_source.h"

#include "base/error.h"
#include "base/model_file.h"
#include "physics/io/sequence_io.h"

namespace crbrt::phantom {

Model load_with_basis(const std::string& path) {
  Model model = base::load_model(path);
  if (model.info().basis.empty()) throw base::InputError(path, "a model that holds its basis", "none");
  return model;
}

Physics read_physics(const Model& model, const std::string& sequence, std::optional<double> tr_s) {
  const ModelInfo& info = model.info();
  Physics physics{.sequence = physics::read_sequence(sequence, tr_s), .basis = {}, .estimands = {}};
  if (const std::string found = physics::sha256_of(physics.sequence); found != info.sequence_sha256)
    throw base::DisagreementError(sequence, "the sequence of model " + info.name + " (" + info.sequence_sha256 + ")", found);
  physics.basis = Eigen::Map<const Eigen::MatrixXd>(info.basis.data(), info.n_frame, info.n_coeff);
  return physics;
}

}  // namespace crbrt::phantom
