/// Everything readable in a model file, as text for people.
#pragma once

#include <string>

#include "crbrt/loader.hpp"

namespace crbrt::tools {

std::string info_text(const Model& model);

}  // namespace crbrt::tools
