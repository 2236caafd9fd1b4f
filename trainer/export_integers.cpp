#include "trainer/export_integers.h"

#include <algorithm>

namespace crbrt::trainer {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

constexpr const char* calibration = "fine-tuned in integers by crbrt-train; the cost was not measured";

fbs::FixedNumber stored(Number number) {
  return number == Number::u8 ? fbs::FixedNumber::u8 : number == Number::s16 ? fbs::FixedNumber::s16 : fbs::FixedNumber::s32;
}

Offset<fbs::FixedOp> write(FlatBufferBuilder& builder, const IntegerLayer& layer) {
  const std::vector<std::int8_t> bytes(layer.weights.begin(), layer.weights.end());
  std::vector<std::uint8_t> shift;
  std::vector<std::int16_t> multiplier;
  for (const Requant& r : layer.requant) {
    shift.push_back(static_cast<std::uint8_t>(r.shift));
    multiplier.push_back(static_cast<std::int16_t>(r.multiplier));
  }
  const bool is_byte = layer.in == Number::u8, is_last = layer.requant.empty();
  return fbs::CreateFixedOpDirect(builder, stored(layer.out), is_byte ? &bytes : nullptr, is_byte ? nullptr : &layer.weights,
                                  &layer.bias, is_last ? nullptr : &shift, is_last ? nullptr : &multiplier);
}

/// "i8" and "i16" where all layers after the first read the same.
const char* precision(const IntegerNetwork& network) {
  const auto n_byte = std::count_if(network.layers.begin(), network.layers.end(),
                                    [](const IntegerLayer& layer) { return layer.in == Number::u8; });
  if (n_byte == 0) return "i16";
  return static_cast<std::size_t>(n_byte) + 1 == network.layers.size() ? "i8" : "mixed";
}

}  // namespace

Offset<fbs::Fixed> write_integers(FlatBufferBuilder& builder, const IntegerNetwork& network) {
  std::vector<Offset<fbs::FixedOp>> ops;
  for (const IntegerLayer& layer : network.layers) ops.push_back(write(builder, layer));
  return fbs::CreateFixedDirect(builder, precision(network), &network.input_factor, &ops, &network.output_scale, 0,
                                calibration);
}

}  // namespace crbrt::trainer
