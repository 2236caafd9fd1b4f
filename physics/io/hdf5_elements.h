/// The numbers of an HDF5 data set on their way out of the child process that parses the file (base/guarded_reader.h). Private
/// to physics/io and its users of HDF5.
#pragma once

#include <string>

#include "base/guarded_reader.h"
#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

/// Sends every element as a `memory_type`, in the order of the file (the slowest dimension first), in slabs: whole chunks along
/// the slowest dimensions, so that no chunk is decompressed twice and a large array needs little memory. Throws
/// base::InputError naming `shown`.
void send_hdf5_elements(hid_t dataset, hid_t memory_type, const std::string& shown, const base::GuardedSender& sender);

/// Throws base::InputError naming `shown` for a data set that needs a filter which is not there, or of which nothing was ever
/// written. Returns the share of it that was not: [0, 1).
double expect_hdf5_data(hid_t dataset, const std::string& shown);

}  // namespace crbrt::physics
