/// Lowering of the integer form: the operations of the float form, with integer tables, between a `quantize` and a
/// `dequantize`. Integer operations are refused where a sum of any input could leave its width (crbrt/format/fixed_bounds.h).
#pragma once

#include "runtime/loader/src/lower.h"

namespace crbrt::loading {

/// Fills `storage.fixed` and info.fixed.layer_text from network.fixed. `storage` holds the float form that gave `graph`.
void lower_fixed(const Network& network, const Graph& graph, Model::Storage& storage, Checks& checks);

}  // namespace crbrt::loading
