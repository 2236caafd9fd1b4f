// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate/basis_alone.h"

#include <cstdio>

#include "base/atomic_output.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_writer.h"

namespace crbrt::simulate {

void write_basis_alone(const std::string& out, const physics::Basis& basis, const BasisOrigin& origin) {
  base::AtomicFile output(out);
  physics::Hdf5Writer file(output.temporary().string(), out);
  physics::write_basis(file, basis);
  file.attribute("/", "sequence_name", origin.sequence_name);
  file.attribute("/", "sequence_sha256", origin.sequence_sha256);
  file.attribute("/", "basis_sha256", physics::sha256_of(basis));
  file.attribute("/", "basis_sha256_single", physics::sha256_single_of(basis));
  file.attribute("/", "tr_s", origin.tr_s);
  file.attribute("/", "n_frame", static_cast<double>(basis.rows()));
  file.attribute("/", "n_coeff", static_cast<double>(basis.cols()));
  file.attribute("/", "provenance", origin.provenance);
  file.close();
  output.commit();
  std::printf("basis of %lld coefficients for %lld frames\n", static_cast<long long>(basis.cols()),
              static_cast<long long>(basis.rows()));
}

}  // namespace crbrt::simulate
