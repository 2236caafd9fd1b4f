// SPDX-License-Identifier: Apache-2.0
/// What a verdict is made of: measurements, each of which somebody may have left out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/evaluation/basis_loss.h"
#include "tools/evaluation/encoding.h"
#include "tools/evaluation/evaluate.h"
#include "tools/evaluation/grid.h"
#include "tools/evaluation/nlls_check.h"

namespace crbrt::verdict {

/// A model that was measured. Outputs are those of the encoding, in its order.
struct ModelEvidence {
  std::string name, loss_kind;  ///< loss_kind: what it was trained with, "crb", "bias_reduced"
  std::size_t macs_per_voxel = 0, n_train = 0, n_validation = 0;
  double trained_snr_min = 0, trained_snr_max = 0;
  evaluation::Evaluation evaluation;
  std::vector<evaluation::GridResult> grids;
  std::optional<evaluation::NllsResult> nlls;
  std::vector<double> own_loss;  ///< per output, on the fingerprints that it was trained on; empty: not measured
};

struct Evidence {
  std::string sequence_name, sequence_sha256;
  bool is_foreign = false;             ///< fingerprints of another simulator, which nobody can simulate again here
  double snr = 50;                     ///< at which the closer look was taken
  double snr_min = 10, snr_max = 100;  ///< of the data set
  evaluation::Encoding encoding;
  std::optional<evaluation::BasisLoss> basis;
  std::optional<ModelEvidence> model;  ///< empty: a verdict on the pulse train alone
};

}  // namespace crbrt::verdict
