// SPDX-License-Identifier: Apache-2.0
// What lies between two voxels of a part is written with them unless it holds a whole block of the disk: a call costs more than
// the zeros in a block, and a block more than none.
#include "tools/volume/map_parts.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace crbrt::volume {
namespace {

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

MapParts::MapParts(MapTarget target, std::span<const VoxelRun> runs, std::size_t n_of_list, Compression compression)
    : target_(std::move(target)), runs_(runs) {
  if (compression == Compression::gzip) {
    values_.resize(n_of_list);
    return;
  }
  const std::string head = head_of_map(target_.grid, target_.window);
  head_bytes_ = head.size();
  file_.emplace(target_.path, target_.shown);
  file_->write(head);
  const std::size_t n = n_voxel(target_.grid.shape);
  if (target_.elsewhere == 0) {
    file_->write_zeros(n * sizeof(float));
  } else {
    const std::vector<float> slice(target_.grid.shape[0] * target_.grid.shape[1], target_.elsewhere);
    for (std::size_t z = 0; z < target_.grid.shape[2]; ++z) file_->write(bytes_of(slice));
  }
  file_->end_here();
}

void MapParts::write(const RunValues<float>& part, std::size_t first, std::vector<float>& scratch) {
  scratch.assign(part.values.begin(), part.values.end());
  if (target_.factor != 1)
    for (float& value : scratch) value = stored_number(value, target_.factor, target_.rounding);
  if (!file_) {
    std::copy(scratch.begin(), scratch.end(), values_.begin() + static_cast<std::ptrdiff_t>(first));
    return;
  }
  const std::size_t n = scratch.size();
  std::size_t from = 0;   // of the values
  std::size_t start = 0;  // voxel that the piece begins with
  const auto block_of = [&](std::size_t voxel) { return (head_bytes_ + voxel * sizeof(float)) / base::PieceFile::block_bytes; };
  const auto flush = [&] {
    if (scratch.size() > n) file_->write_at(head_bytes_ + start * sizeof(float), bytes_of(std::span(scratch).subspan(n)));
    scratch.resize(n);
  };
  for (const VoxelRun& run : part.runs) {
    const std::size_t end = start + (scratch.size() - n);
    if (scratch.size() == n || block_of(run.first) > block_of(end - 1) + 1) {
      flush();
      start = run.first;
    } else {
      scratch.resize(scratch.size() + run.first - end, target_.elsewhere);
    }
    const std::size_t to = scratch.size();
    scratch.resize(to + run.count);
    std::copy_n(scratch.begin() + static_cast<std::ptrdiff_t>(from), run.count,
                scratch.begin() + static_cast<std::ptrdiff_t>(to));
    from += run.count;
  }
  flush();
}

void MapParts::begin_flush() const {
  if (file_) file_->begin_flush();
}

void MapParts::finish() {
  if (file_)
    file_->close();
  else
    write_nifti(target_.path, target_.shown, target_.grid, {runs_, values_, target_.elsewhere}, Compression::gzip,
                target_.window);
  values_ = {};
}

}  // namespace crbrt::volume
