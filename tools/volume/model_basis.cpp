// SPDX-License-Identifier: Apache-2.0
// A basis that is not ours to give away stays out of its model.
#include "tools/volume/model_basis.h"

#include "base/error.h"

namespace crbrt::volume {

physics::Basis basis_of_model(const Model& model, const std::string& path) {
  const ModelInfo& info = model.info();
  if (info.basis.empty())
    throw base::InputError(path, "a model that carries its basis",
                           "its hash alone (basis_sha256 " + info.basis_sha256 + "): the basis is where its data came from");
  return physics::identity_of_model(info).basis;
}

}  // namespace crbrt::volume
