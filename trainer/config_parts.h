// SPDX-License-Identifier: Apache-2.0
/// Parts of a configuration that estimators and forward models share (docs/training.md). All throw base::InputError.
#pragma once

#include "base/json_reader.h"
#include "trainer/config.h"

namespace crbrt::trainer {

NetworkConfig read_network(const base::JsonReader& value);
Schedule read_schedule(const base::JsonReader& value);
void read_training(const base::JsonReader& value, Config& config);
ValidationConfig read_validation(const base::JsonReader& value);

}  // namespace crbrt::trainer
