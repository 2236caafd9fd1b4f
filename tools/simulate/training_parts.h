/// What a killed run leaves for its successor: a folder OUT.partial with the arguments, the basis and finished chunks, each
/// written atomically. Used only by a run with the same arguments, and removed once the data set is written.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "tools/simulate/training_chunk.h"

namespace crbrt::simulate {

class TrainingParts {
 public:
  /// Opens or makes the folder. Throws base::InputError when it holds the parts of another command (`arguments` differs).
  TrainingParts(const std::string& out, const std::string& arguments);

  std::optional<Eigen::MatrixXd> basis() const;
  void save_basis(const Eigen::MatrixXd& basis) const;
  std::optional<Fingerprints> chunk(std::uint64_t index) const;
  void save_chunk(std::uint64_t index, const Fingerprints& chunk) const;
  void remove() const;

 private:
  std::filesystem::path chunk_path(std::uint64_t index) const;
  std::filesystem::path folder_;
};

}  // namespace crbrt::simulate
