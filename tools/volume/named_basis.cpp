// SPDX-License-Identifier: Apache-2.0
#include "tools/volume/named_basis.h"

#include <filesystem>

#include "base/error.h"
#include "base/model_file.h"
#include "crbrt/loader.hpp"
#include "tools/volume/basis_file.h"
#include "tools/volume/model_basis.h"

namespace crbrt::volume {
namespace {

physics::Basis basis_in_model(const std::string& path, int rank, const FramesOf& frames) {
  const Model model = base::load_model(path);
  const ModelInfo& info = model.info();
  physics::Basis basis = basis_of_model(model, path);
  if (info.sequence_sha256 != frames.sequence_sha256)
    throw base::DisagreementError(path, "the sequence " + frames.sequence_name,
                                  info.sequence_name + " with SHA-256 " + info.sequence_sha256);
  if (rank > basis.cols())
    throw base::InputError(path, "a basis of rank " + std::to_string(rank), std::to_string(basis.cols()));
  return rank > 0 ? basis.leading(rank) : basis;
}

}  // namespace

physics::Basis load_basis(const std::string& spec, int rank, const FramesOf& frames, base::Warnings& warnings) {
  const bool is_model = std::filesystem::path(spec).extension() == ".crbm";
  physics::Basis basis = is_model ? basis_in_model(spec, rank, frames) : read_basis(spec, warnings, rank);
  if (frames.n_frame && static_cast<std::size_t>(basis.rows()) != *frames.n_frame)
    throw base::DisagreementError(spec, "a basis of the sequence's " + std::to_string(*frames.n_frame) + " frames",
                                  std::to_string(basis.rows()));
  return basis;
}

physics::Basis load_basis(const std::string& spec, int rank, const physics::Sequence& sequence, base::Warnings& warnings) {
  return load_basis(spec, rank, FramesOf{sequence.name, physics::sha256_of(sequence), sequence.n_frame()}, warnings);
}

}  // namespace crbrt::volume
