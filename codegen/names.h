/// Which names generated code can carry. What a model file accepts (letters, digits and '_', a letter first) is not enough:
/// NAME becomes a variable of C++, the start of others (NAME_n_coeff), and a file NAME.h in an include folder.
#pragma once

#include <string>
#include <string_view>

namespace crbrt::codegen {

/// What forbids the name, in words that follow "found NAME, "; empty where nothing does.
std::string_view why_unusable(std::string_view name);

/// As macros spell it.
std::string upper(std::string name);

}  // namespace crbrt::codegen
