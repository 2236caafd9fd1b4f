// SPDX-License-Identifier: Apache-2.0
// Threads share the blocks of a group; each has a session and a batch of voxels with signal, which it estimates when it is
// full.
#include "tools/mrd/mapper.h"

#include <ismrmrd/version.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "base/parallel.h"
#include "tools/map/error_bars.h"
#include "tools/mrd/gathered_voxels.h"
#include "tools/volume/map_parts.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::mrd {
namespace {

constexpr std::size_t piece_voxels = 1024, block_voxels = 16 * piece_voxels;

using volume::StatusValue;

std::span<const float> plane_of(const SentMap& map, const map::BatchMaps& maps) {
  if (map.kind == MapKind::atypicality) return maps.atypicality;
  return maps.plane(map.kind == MapKind::std ? maps.std : maps.estimates, map.plane);
}

/// Values of the voxels to their places in the grid, run by run.
void put(std::span<const std::size_t> voxels, std::span<const float> values, float* grid) {
  for (std::size_t v = 0, n = 0; v < voxels.size(); v += n) {
    n = volume::contiguous(voxels.subspan(v));
    std::copy_n(values.data() + v, n, grid + voxels[v]);
  }
}

/// Where rows and columns point, for readers that look for it among the attributes.
std::vector<Attribute> directions_of(const ImageHeader& header) {
  const auto texts = [&](std::size_t at) {
    std::vector<std::string> values;
    for (const std::uint32_t bits : vector_of(header, at))
      values.push_back(decimal(static_cast<double>(std::bit_cast<float>(bits))));
    return values;
  };
  return {{"ImageRowDir", texts(offsetof(ImageHeader, read_dir))}, {"ImageColumnDir", texts(offsetof(ImageHeader, phase_dir))}};
}

}  // namespace

struct Mapper::Worker {
  Worker(const Program& program, double sigma)
      : estimator(program, Isa::automatic, sigma), gathered(program.n_coeff, map::VoxelEstimator::batch_size) {}

  map::VoxelEstimator estimator;
  GatheredVoxels gathered;
  map::BatchMaps maps;
  std::vector<VoxelStatus> status;
  std::vector<float> values;  ///< of a map, in its own unit
  volume::StatusCounts counts{};
  std::size_t n_atypical = 0;
};

/// All maps of a group, whole; voxels without signal are as they are made.
struct Mapper::Grid {
  std::vector<std::vector<float>> floats;          ///< [map]; empty where not sent
  std::vector<std::vector<std::uint16_t>> pixels;  ///< [map]; the same
};

Mapper::Mapper(std::shared_ptr<const Config> config, unsigned threads)
    : config_(std::move(config)), maps_(sent_maps(*config_, config_->name)) {
  for (unsigned t = 0; t < threads; ++t)
    workers_.push_back(std::make_shared<Worker>(config_->program(), config_->sigma.value_or(0)));
}

void Mapper::estimate(Worker& worker, Grid& grid) {
  const std::vector<std::size_t>& voxels = worker.gathered.voxels();
  if (voxels.empty()) return;
  const Coefficients c = worker.gathered.coefficients();
  worker.status.resize(voxels.size());
  worker.estimator.estimate(c, worker.maps, worker.status);
  for (std::size_t m = 0; m < maps_.size(); ++m) {
    const SentMap& map = maps_[m];
    if (map.kind == MapKind::status) {
      for (std::size_t v = 0; v < voxels.size(); ++v)
        grid.pixels[m][voxels[v]] = static_cast<std::uint16_t>(map::status_of(worker.maps, v));
      continue;
    }
    std::span<const float> values = plane_of(map, worker.maps);
    if (map.factor != 1) {
      worker.values.resize(voxels.size());
      std::transform(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(voxels.size()), worker.values.begin(),
                     [&](float value) { return volume::stored_number(value, map.factor, volume::Rounding::none); });
      values = worker.values;
    }
    if (map.has_floats) put(voxels, values, grid.floats[m].data());
    if (!map.has_pixels) continue;
    std::uint16_t* const pixels = grid.pixels[m].data();
    for (std::size_t v = 0; v < voxels.size(); ++v)
      if (map::has_estimate(worker.status[v]))
        pixels[voxels[v]] = map.scale.pixel_of(static_cast<double>(values[v]) * map.per_float);
  }
  for (std::size_t v = 0; v < voxels.size(); ++v) {
    ++worker.counts[static_cast<std::size_t>(map::status_of(worker.maps, v))];
    worker.n_atypical += worker.estimator.is_atypical_voxel(c, worker.maps, v);
  }
  worker.gathered.clear();
}

MappedGroup Mapper::map(const CoefficientGroup& group, bool basis_is_known) {
  Grid grid{std::vector<std::vector<float>>(maps_.size()), std::vector<std::vector<std::uint16_t>>(maps_.size())};
  for (std::size_t m = 0; m < maps_.size(); ++m) {
    if (maps_[m].has_floats) grid.floats[m].resize(group.n_voxel);
    const auto blank =
        maps_[m].kind == MapKind::status ? static_cast<std::uint16_t>(StatusValue::zero_signal) : std::uint16_t{0};
    if (maps_[m].has_pixels) grid.pixels[m].assign(group.n_voxel, blank);
  }
  const std::size_t n_block = (group.n_voxel + block_voxels - 1) / block_voxels;
  const auto n_thread = static_cast<unsigned>(std::min(workers_.size(), n_block));
  base::for_each_index(
      n_block, n_thread,
      [&](unsigned thread, std::size_t block) {
        Worker& worker = *workers_[thread];
        const std::size_t end = std::min((block + 1) * block_voxels, group.n_voxel);
        for (std::size_t first = block * block_voxels; first < end; first += piece_voxels) {
          if (worker.gathered.room() < piece_voxels) estimate(worker, grid);
          worker.gathered.add(group, first, std::min(piece_voxels, end - first));
        }
      },
      1);
  MappedGroup mapped;
  for (const auto& worker : workers_) {
    estimate(*worker, grid);
    for (std::size_t i = 0; i < mapped.counts.size(); ++i) mapped.counts[i] += std::exchange(worker->counts[i], 0);
    mapped.n_atypical += std::exchange(worker->n_atypical, 0);
  }
  std::size_t n_counted = 0;
  for (const std::uint64_t n : mapped.counts) n_counted += n;
  mapped.counts[static_cast<std::size_t>(StatusValue::zero_signal)] += group.n_voxel - n_counted;
  make_replies(grid, group, basis_is_known, mapped);
  return mapped;
}

/// Headers are those of the coefficients, but for what numbers are in them.
void Mapper::make_replies(Grid& grid, const CoefficientGroup& group, bool basis_is_known, MappedGroup& mapped) const {
  const std::vector<Attribute> defaults = directions_of(group.header);
  const auto add = [&](const SentMap& map, bool are_pixels, Reply reply) {
    ImageHeader header = group.header;
    header.version = ISMRMRD_VERSION_MAJOR;
    header.data_type = are_pixels ? ISMRMRD::ISMRMRD_USHORT : ISMRMRD::ISMRMRD_FLOAT;
    header.image_type = ISMRMRD::ISMRMRD_IMTYPE_MAGNITUDE;
    header.channels = 1;
    (config_->coefficients == Dimension::set ? header.set : header.contrast) = 0;
    header.image_series_index = static_cast<std::uint16_t>(map.series + (are_pixels ? 0 : series_of_floats));
    reply.head =
        head_of_image(header, merged_attributes(group.attributes, attributes_of(map, *config_, are_pixels, basis_is_known),
                                                defaults, mapped.attributes_were_readable));
    mapped.replies.push_back(std::move(reply));
  };
  for (std::size_t m = 0; m < maps_.size(); ++m) {
    if (maps_[m].has_pixels) add(maps_[m], true, {.head = {}, .pixels = std::move(grid.pixels[m])});
    if (maps_[m].has_floats) add(maps_[m], false, {.head = {}, .floats = std::move(grid.floats[m])});
  }
}

}  // namespace crbrt::mrd
