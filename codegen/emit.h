// SPDX-License-Identifier: Apache-2.0
/// From a loaded model to source text. The same model and name give the same bytes everywhere: no date, path or machine.
#pragma once

#include <string>

#include "crbrt/loader.hpp"

namespace crbrt::codegen {

/// The contents of NAME.hpp (C++), NAME.h (C99), NAME.cpp (the tables and both accessors) and NAME_kernels.cpp (shapes as
/// constants: what crbrt_add_model SPECIALISED compiles).
struct GeneratedFiles {
  std::string cpp_header;
  std::string c_header;
  std::string source;
  std::string kernels;
};

/// Which of a model's two forms is emitted. The integer form must be there.
enum class Form { floating, integers };

/// `name` is one that why_unusable() (source_text.h) has nothing against: crbrt::models::NAME in C++, crbrt_model_NAME() in C.
GeneratedFiles emit(const Model& model, const std::string& name, Form form = Form::floating);

}  // namespace crbrt::codegen
