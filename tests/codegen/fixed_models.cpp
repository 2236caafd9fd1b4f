#include "tests/codegen/fixed_models.h"

#include "codegen/quantize/model_object.h"
#include "codegen/quantize/sample_cost.h"

namespace crbrt::tests {

codegen::IntegerModel integers_of(const Model& model, Number free) {
  const codegen::Quantizer quantizer(model.program(), codegen::calibration_from_sample(model));
  return quantizer.quantize(codegen::all_widths(model.program(), free));
}

fbs::ModelT make_fixed_model(const ModelSpec& spec, Number free) {
  fbs::ModelT object = make_model(spec);
  FixedInfo about;
  about.precision = free == Number::u8 ? "i8" : "i16";
  about.calibration = "the embedded sample";
  codegen::set_fixed(object, integers_of(load(object), free), about);
  return object;
}

}  // namespace crbrt::tests
