// SPDX-License-Identifier: Apache-2.0
/// crbrt-train with "task": "forward", from files to files.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace crbrt::trainer {

struct ForwardFiles {
  std::string config;
  std::vector<std::string> datasets;
  std::vector<std::string> phase_datasets;  ///< empty: none
  std::string estimator;                    ///< empty: the forward part is written alone
  std::string out, folder;                  ///< the model; of checkpoint and history
  std::string start;                        ///< checkpoint of another run whose weights are the first ones; empty: none
};

/// An exit code: done, or stopped with a checkpoint. Throws base::Error.
int run_forward_training(const ForwardFiles& files, bool resume, int n_thread, const std::function<bool()>& stop_requested);

}  // namespace crbrt::trainer
