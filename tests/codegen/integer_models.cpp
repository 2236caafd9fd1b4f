// SPDX-License-Identifier: Apache-2.0
#include "tests/codegen/integer_models.h"

#include "codegen/quantize/cost.h"

namespace crbrt::tests {

IntegerForm integers_of(const ModelSpec& spec, Number free) {
  const Network network = folded(load_file(spec).network);
  const codegen::Quantizer quantizer(network, codegen::calibration_from_sample(load(spec)));
  return quantizer.quantize(codegen::all_widths(network, free));
}

fbs::ModelT make_integer_model(const ModelSpec& spec, Number free) {
  ModelFile file = load_file(spec);
  file.network.integers = integers_of(spec, free);
  file.info.integers.precision = free == Number::u8 ? "i8" : "i16";
  file.info.integers.calibration = "the embedded sample";
  return unpacked(file);
}

}  // namespace crbrt::tests
