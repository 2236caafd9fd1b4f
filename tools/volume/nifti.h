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
#include "tools/volume/map_value.h"
#include "tools/volume/nifti_head.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {

/// The grid of a NIfTI image, whatever is stacked behind its third dimension. Throws InputError.
Grid read_grid(const std::string& path);

enum class Compression { none, gzip };

/// Writes `values`, one or more images of the grid one after the other (a fourth dimension where more than one), to `path`
/// itself; messages name `shown`. Throws OutputError.
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const float> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::uint8_t> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::complex<float>> values, Compression compression);

/// One image of the grid from values of some of its voxels.
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<float>& values, Compression compression, const Window& window = {});
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::int32_t>& values, Compression compression);

}  // namespace crbrt::volume
