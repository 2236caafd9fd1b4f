# The texts that generated code is made of are files of their own; the generator carries them in templates.h, each under its
# path with '_' for '/' and '.': freestanding/dense_u8.c.in is templates::freestanding_dense_u8_c.
set(crbrt_templates "")
foreach(template IN ITEMS
    model.hpp model.h model.cpp kernels.cpp
    freestanding/header.h freestanding/source.c freestanding/arithmetic.c freestanding/dense_s16.c freestanding/dense_u8.c
    freestanding/affine_s16.c freestanding/group_norm_s16.c freestanding/square_root.c freestanding/voxel.c)
  set(template_file ${CMAKE_CURRENT_LIST_DIR}/${template}.in)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${template_file})
  file(READ ${template_file} template_text)
  string(MAKE_C_IDENTIFIER ${template} template_name)
  string(APPEND crbrt_templates "inline constexpr std::string_view ${template_name} = R\"part(${template_text})part\";\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/templates.h.in ${PROJECT_BINARY_DIR}/codegen/templates.h @ONLY)
