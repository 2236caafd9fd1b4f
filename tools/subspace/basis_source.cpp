// Model files carry their basis; everything else is HDF5.
#include "tools/subspace/basis_source.h"

#include <filesystem>

#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "physics/io/sequence_io.h"

namespace crbrt::subspace {
namespace {

Eigen::MatrixXd basis_of_model(const std::string& path, int rank, const physics::Sequence& sequence) {
  const Model model = base::load_model(path);
  const ModelInfo& info = model.info();
  if (info.basis.empty()) throw base::InputError(path, "a model that carries its basis", "its hash alone");
  if (info.sequence_sha256 != physics::sha256_of(sequence))
    throw base::DisagreementError(path, "the sequence " + sequence.name,
                                  info.sequence_name + " with SHA-256 " + info.sequence_sha256);
  const Eigen::Map<const Eigen::MatrixXd> basis(info.basis.data(), info.n_frame, info.n_coeff);
  if (rank > basis.cols())
    throw base::InputError(path, "a basis of rank " + std::to_string(rank), std::to_string(basis.cols()));
  return basis.leftCols(rank > 0 ? rank : basis.cols());
}

}  // namespace

Eigen::MatrixXd load_basis(const std::string& spec, int rank, const physics::Sequence& sequence) {
  const bool is_model = std::filesystem::path(spec).extension() == ".crbm";
  Eigen::MatrixXd basis = is_model ? basis_of_model(spec, rank, sequence) : physics::read_basis(spec, rank);
  if (static_cast<std::size_t>(basis.rows()) != sequence.n_frame())
    throw base::DisagreementError(spec, "a basis of the sequence's " + std::to_string(sequence.n_frame()) + " frames",
                                  std::to_string(basis.rows()));
  return basis;
}

}  // namespace crbrt::subspace
