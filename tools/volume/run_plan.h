// SPDX-License-Identifier: Apache-2.0
/// The answer to --dry-run: what a run would read, what it would assume because nobody said otherwise, and what it would write.
#pragma once

#include <string>
#include <vector>

#include "base/warnings.h"
#include "tools/volume/image_run.h"

namespace crbrt::volume {

struct RunPlan {
  std::vector<std::string> reads, assumes, writes;

  /// Three lists, each under a heading, for people.
  std::string in_words() const;
};

/// What every program of maps has in common. `n_voxel` are estimated, into the maps of these names. All warnings so far are
/// assumptions, too.
RunPlan plan_of(const ImageOptions& options, const ImageInputs& inputs, std::size_t n_voxel,
                const std::vector<std::string>& maps, const base::Warnings& warnings);

}  // namespace crbrt::volume
