// SPDX-License-Identifier: Apache-2.0
/// NIfTI beyond what every image format does: the geometry that --like takes, and files of ours, which are NIfTI-1,
/// or NIfTI-2 where an extent is beyond 32,767 voxels.
#pragma once

#include <complex>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "tools/volume/grid.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {

/// The grid of a NIfTI image, whatever is stacked behind its third dimension. Throws InputError.
Grid read_grid(const std::string& path);

enum class Compression { none, gzip };

/// What a viewer shows from black to white (cal_min and cal_max), in the unit of the map; low = high: the viewer decides.
struct Window {
  double low = 0;
  double high = 0;
};

/// Writes `values`, one or more images of the grid one after the other (a fourth dimension where more than one), to `path`
/// itself; messages name `shown`. Throws OutputError.
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const float> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::uint8_t> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::complex<float>> values, Compression compression);

/// What an image of float numbers begins with, before its values.
std::string head_of_map(const Grid& grid, const Window& window);

/// One image of the grid from values of some of its voxels.
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<float>& values, Compression compression, const Window& window = {});
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::int32_t>& values, Compression compression);

}  // namespace crbrt::volume
