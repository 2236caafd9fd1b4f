/// NIfTI beyond what every image format does: the geometry that --like takes, and files of ours, which are NIfTI-1.
#pragma once

#include <complex>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "tools/volume/grid.h"
#include "tools/volume/voxel_runs.h"

namespace crbrt::volume {

/// The geometry of a NIfTI image whose spatial extents must be `shape`. Throws InputError.
Geometry read_geometry(const std::string& path, const Shape& shape);

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
                 const RunValues<float>& values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 const RunValues<std::uint8_t>& values, Compression compression);

/// Throws InputError naming `file` when an extent does not fit a NIfTI-1 header.
void expect_fits_nifti(const std::string& file, const Shape& shape);

}  // namespace crbrt::volume
