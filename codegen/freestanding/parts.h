/// The algorithms of freestanding code as text; @NAME@ and the like are for the generator to replace.
#pragma once

#include <string_view>

namespace crbrt::codegen {

extern const std::string_view header_part, arithmetic_part, dense_s16_part, dense_u8_part, affine_s16_part, group_norm_s16_part,
    square_root_part, voxel_part;

}  // namespace crbrt::codegen
