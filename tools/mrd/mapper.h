// SPDX-License-Identifier: Apache-2.0
/// Maps of a slice or a volume whose coefficients are in memory, as messages for the client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tools/map/voxel_estimator.h"
#include "tools/mrd/assembly.h"
#include "tools/mrd/config.h"
#include "tools/mrd/sent_map.h"
#include "tools/volume/status_value.h"

namespace crbrt::mrd {

/// A message to be sent: what stands before the numbers, and the numbers of an image.
struct Reply {
  std::string head;
  std::vector<float> floats{};
  std::vector<std::uint16_t> pixels{};

  std::span<const std::byte> numbers() const noexcept {
    return floats.empty() ? std::as_bytes(std::span(pixels)) : std::as_bytes(std::span(floats));
  }
  std::size_t size() const noexcept { return head.size() + numbers().size(); }
};

/// The maps of one group, and what is said of its voxels.
struct MappedGroup {
  std::vector<Reply> replies;
  volume::StatusCounts counts{};  ///< [StatusValue]
  std::size_t n_atypical = 0;
  bool attributes_were_readable = true;
};

/// The sessions of one connection, bound once. For one group at a time.
class Mapper {
 public:
  Mapper(std::shared_ptr<const Config> config, unsigned threads);

  const Config& config() const noexcept { return *config_; }
  /// Voxels whose coefficients are all 0 cost no estimate.
  MappedGroup map(const CoefficientGroup& group, bool basis_is_known);

 private:
  struct Worker;
  struct Grid;
  void estimate(Worker& worker, Grid& grid);
  void make_replies(Grid& grid, const CoefficientGroup& group, bool basis_is_known, MappedGroup& mapped) const;

  std::shared_ptr<const Config> config_;
  std::vector<SentMap> maps_;
  std::vector<std::shared_ptr<Worker>> workers_;  ///< [thread]
};

}  // namespace crbrt::mrd
