/// The integer form of a fine-tuned network in its model file: what `crbrt-codegen --integer-weights-from` takes as it is.
#pragma once

#include "model_generated.h"
#include "trainer/integer_plan.h"

namespace crbrt::trainer {

flatbuffers::Offset<fbs::Fixed> write_integers(flatbuffers::FlatBufferBuilder& builder, const IntegerNetwork& network);

}  // namespace crbrt::trainer
