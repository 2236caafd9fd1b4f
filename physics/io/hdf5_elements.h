// SPDX-License-Identifier: Apache-2.0
/// The numbers of an HDF5 data set on their way out of the child process that parses the file (base/guarded_reader.h). Private
/// to physics/io and its users of HDF5.
#pragma once

#include <cstdint>
#include <string>

#include "base/guarded_reader.h"
#include "physics/io/hdf5_handle.h"

namespace crbrt::physics {

/// Sends every element as a `memory_type`, in the order of the file (the slowest dimension first), in slabs: whole chunks along
/// the slowest dimensions, so that no chunk is decompressed twice and a large array needs little memory. Throws
/// base::InputError naming `shown`.
void send_hdf5_elements(hid_t dataset, hid_t memory_type, const std::string& shown, const base::GuardedSender& sender);

/// The bytes of a data set: those of its own file, of external raw data, or of the sources of a virtual data set.
struct Hdf5Storage {
  double unwritten_share = 0;    ///< [0, 1]: what nobody ever wrote, which reads as the fill value
  std::uint64_t file_bytes = 0;  ///< of all files that hold them, together
};

/// Throws base::InputError naming `shown` for a data set that needs a filter which is not there, or bytes of another file that
/// is not there or too short: HDF5 would read these as the fill value without a word.
Hdf5Storage hdf5_storage(hid_t dataset, const std::string& shown);

/// Throws base::InputError naming `shown` where nothing was ever written.
void expect_hdf5_data(const Hdf5Storage& storage, const std::string& shown);

}  // namespace crbrt::physics
