// SPDX-License-Identifier: Apache-2.0
/// A small picture of the middle slice of a map, for the page of a cohort.
#pragma once

#include <filesystem>
#include <string>

#include "tools/bids/cohort.h"

namespace crbrt::bids {

/// Writes PNGs of the maps of one image, in the windows of the table of quantities or, where it has none, between the 2nd and
/// the 98th percentile of the slice, and of its status: grey where nothing was computed, red where a voxel is flagged. Only of
/// maps that are there. Throws OutputError.
void write_pictures(const std::filesystem::path& out, const CohortImage& image);

}  // namespace crbrt::bids
