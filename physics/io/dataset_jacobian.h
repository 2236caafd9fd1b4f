// SPDX-License-Identifier: Apache-2.0
/// The derivatives of a data set in its file. Private to physics/io.
#pragma once

#include "physics/io/dataset.h"
#include "physics/io/hdf5_writer.h"

namespace crbrt::physics {

/// `/jacobian` of a new file, where the set has one.
void write_jacobian(Hdf5Writer& file, const Dataset& set);

}  // namespace crbrt::physics
