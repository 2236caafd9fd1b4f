/// A model file as the schema's object, so that an integer form can be put into it and read back by the loader.
#pragma once

#include <string>
#include <vector>

#include "codegen/quantize/integer_model.h"
#include "crbrt/loader.hpp"
#include "model_generated.h"

namespace crbrt::codegen {

/// Throws base::InputError naming the path where it is refused.
fbs::ModelT read_model_object(const std::string& path);

/// Replaces the integer form. Numbers come from `integers`, what is said about them from `about`.
void set_fixed(fbs::ModelT& object, const IntegerModel& integers, const FixedInfo& about);

/// Replaces what is said of the cost.
void set_cost(fbs::ModelT& object, const FixedInfo& found);

/// The whole .crbm image.
std::vector<std::uint8_t> crbm_image(const fbs::ModelT& object);

/// The object through the loader's checks. Throws base::InputError naming `path` where they refuse it.
Model load_object(const fbs::ModelT& object, const std::string& path);

}  // namespace crbrt::codegen
