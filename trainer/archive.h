// SPDX-License-Identifier: Apache-2.0
/// Checkpoints as archives of LibTorch, sealed. For .cpp files that use LibTorch.
#pragma once

#include <ATen/ATen.h>
#include <torch/serialize.h>

#include <string>

#include "trainer/history.h"

namespace crbrt::trainer {

/// [rows, 5 + n_output] double.
at::Tensor to_tensor(const History& history, std::size_t n_output);
History to_history(const at::Tensor& table);

/// Complete or not at all. Throws base::OutputError.
void save_archive(torch::serialize::OutputArchive& archive, const std::string& path);

/// Throws base::InputError for a file whose seal is broken, and LibTorch's errors for what is no archive.
void load_archive(torch::serialize::InputArchive& archive, const std::string& path);

}  // namespace crbrt::trainer
