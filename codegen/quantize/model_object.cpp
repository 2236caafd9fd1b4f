// Everything goes through the FlatBuffer and the loader: what is measured is what a file holds.
#include "codegen/quantize/model_object.h"

#include <fstream>
#include <iterator>

#include "base/error.h"

namespace crbrt::codegen {
namespace {

fbs::FixedNumber stored(Number number) {
  switch (number) {
    case Number::s32: return fbs::FixedNumber::s32;
    case Number::s16: return fbs::FixedNumber::s16;
    case Number::u8: return fbs::FixedNumber::u8;
    case Number::f32: break;
  }
  return fbs::FixedNumber::none;
}

std::unique_ptr<fbs::FixedOpT> stored(const IntegerOp& op) {
  auto to = std::make_unique<fbs::FixedOpT>();
  to->out = stored(op.out);
  if (op.in == Number::u8)
    to->weights_s8.assign(op.weights.begin(), op.weights.end());
  else
    to->weights_s16 = op.weights;
  to->bias = op.bias;
  to->shift = op.shift;
  to->multiplier = op.multiplier;
  if (!op.group_norm) return to;
  to->group_norm = std::make_unique<fbs::FixedGroupNormT>();
  to->group_norm->mean_shift = op.group_norm->mean_shift;
  to->group_norm->mean_multiplier = op.group_norm->mean_multiplier;
  to->group_norm->square_shift = op.group_norm->square_shift;
  to->group_norm->epsilon = op.group_norm->epsilon;
  return to;
}

std::unique_ptr<fbs::FixedCostT> stored(const FixedCost& cost) {
  auto to = std::make_unique<fbs::FixedCostT>();
  to->snr = cost.snr;
  to->output = cost.output;
  to->loss_float = cost.loss_float;
  to->loss_fixed = cost.loss_fixed;
  to->bias2_float = cost.bias2_float;
  to->bias2_fixed = cost.bias2_fixed;
  return to;
}

base::InputError refused(const std::string& path, const LoadResult& result) {
  return {path, "a model", "one that is refused (" + result.detail + ")"};
}

}  // namespace

fbs::ModelT read_model_object(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Model model;
  if (const LoadResult result = load_model({bytes.data(), bytes.size()}, model); result.status != Status::ok)
    throw refused(path, result);
  View1<const std::uint8_t> flatbuffer;
  if (const LoadResult result = unwrap_model({bytes.data(), bytes.size()}, flatbuffer); result.status != Status::ok)
    throw refused(path, result);
  fbs::ModelT object;
  fbs::GetModel(flatbuffer.data)->UnPackTo(&object);
  return object;
}

void set_fixed(fbs::ModelT& object, const IntegerModel& integers, const FixedInfo& about) {
  object.fixed = std::make_unique<fbs::FixedT>();
  fbs::FixedT& to = *object.fixed;
  to.precision = about.precision;
  to.budget = about.budget;
  to.calibration = about.calibration;
  to.input_scale = integers.input_scale;
  to.output_scale = integers.output_scale;
  for (const IntegerOp& op : integers.ops) to.ops.push_back(stored(op));
  set_cost(object, about);
}

void set_cost(fbs::ModelT& object, const FixedInfo& found) {
  object.fixed->relative_rms = found.relative_rms;
  object.fixed->cost.clear();
  for (const FixedCost& cost : found.cost) object.fixed->cost.push_back(stored(cost));
}

std::vector<std::uint8_t> crbm_image(const fbs::ModelT& object) {
  flatbuffers::FlatBufferBuilder builder;
  fbs::FinishModelBuffer(builder, fbs::CreateModel(builder, &object));
  return wrap_model({builder.GetBufferPointer(), builder.GetSize()});
}

Model load_object(const fbs::ModelT& object, const std::string& path) {
  const std::vector<std::uint8_t> image = crbm_image(object);
  Model model;
  if (const LoadResult result = load_model({image.data(), image.size()}, model); result.status != Status::ok)
    throw refused(path, result);
  return model;
}

}  // namespace crbrt::codegen
