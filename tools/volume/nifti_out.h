/// NIfTI-1 files of ours: one header, one block of numbers.
#pragma once

#include <complex>
#include <cstdint>
#include <filesystem>
#include <span>

#include "tools/volume/grid.h"

namespace crbrt::volume {

enum class Compression { none, gzip };

/// Writes `values`, one or more images of the grid one after the other (a fourth dimension where more than one), to `path`
/// itself; messages name `shown`. Throws OutputError.
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const float> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::uint8_t> values, Compression compression);
void write_nifti(const std::filesystem::path& path, const std::filesystem::path& shown, const Grid& grid,
                 std::span<const std::complex<float>> values, Compression compression);

/// Throws InputError naming `file` when an extent does not fit a NIfTI-1 header.
void expect_fits_nifti(const std::string& file, const Shape& shape);

}  // namespace crbrt::volume
