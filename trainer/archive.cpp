// SPDX-License-Identifier: Apache-2.0
#include "trainer/archive.h"

#include <optional>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/sealed_file.h"

namespace crbrt::trainer {
namespace {

constexpr const char* seal_label = "crbrt-train checkpoint";

}  // namespace

at::Tensor to_tensor(const History& history, std::size_t n_output) {
  at::Tensor table =
      at::zeros({static_cast<std::int64_t>(history.size()), static_cast<std::int64_t>(5 + n_output)}, at::kDouble);
  double* cell = table.data_ptr<double>();
  for (const HistoryRow& row : history) {
    *cell++ = static_cast<double>(row.epoch);
    *cell++ = row.learning_rate;
    *cell++ = row.training_loss;
    *cell++ = row.validation_loss;
    *cell++ = row.real_loss;
    for (double loss : row.validation_per_output) *cell++ = loss;
  }
  return table;
}

History to_history(const at::Tensor& table) {
  History history;
  for (std::int64_t i = 0; i < table.size(0); ++i) {
    const double* cell = table.data_ptr<double>() + i * table.size(1);
    history.push_back({static_cast<std::size_t>(cell[0]), cell[1], cell[2], cell[3], cell[4],
                       std::vector<double>(cell + 5, cell + table.size(1))});
  }
  return history;
}

/// LibTorch reads archives without looking at their checksums: a bit that flipped in a weight would be trained on. Checkpoints
/// of before there were seals have none, and are taken as they are.
void load_archive(torch::serialize::InputArchive& archive, const std::string& path) {
  if (!base::has_seal(path)) return archive.load_from(path);
  const std::optional<std::string> bytes = base::sealed_bytes(path, seal_label);
  if (!bytes) throw base::InputError(path, "a complete checkpoint", "a damaged one");
  archive.load_from(bytes->data(), bytes->size());
}

void save_archive(torch::serialize::OutputArchive& archive, const std::string& path) {
  base::AtomicFile file(path);
  try {
    archive.save_to(file.temporary().string());
  } catch (const std::exception&) {
    throw base::OutputError(path, "LibTorch could not save the checkpoint");
  }
  base::seal(file.temporary(), seal_label, path);
  file.commit();
}

}  // namespace crbrt::trainer
