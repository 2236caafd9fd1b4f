# SPDX-License-Identifier: Apache-2.0
# The texts that generated code is made of are files of their own; the generator carries them in templates.h, each under its
# path with '_' for '/' and '.': freestanding/voxel.c.in is templates::freestanding_voxel_c.
set(crbrt_templates "")
foreach(template IN ITEMS
    model.hpp model.h model.cpp kernels.cpp
    freestanding/header.h freestanding/source.c freestanding/arithmetic.c freestanding/square_root.c freestanding/voxel.c)
  set(template_file ${CMAKE_CURRENT_LIST_DIR}/${template}.in)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${template_file})
  file(READ ${template_file} template_text)
  string(MAKE_C_IDENTIFIER ${template} template_name)
  string(APPEND crbrt_templates "inline constexpr std::string_view ${template_name} = R\"part(${template_text})part\";\n")
endforeach()
# Algorithms of freestanding code lie in the folder of their operation and have its name (ops.inc): templates::freestanding_parts.
set(crbrt_freestanding_parts "")
file(GLOB freestanding_parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/src/kernels/*/*.c.in)
foreach(template_file IN LISTS freestanding_parts)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${template_file})
  file(READ ${template_file} template_text)
  get_filename_component(template_name ${template_file} NAME)
  string(REPLACE ".c.in" "" template_name ${template_name})
  string(APPEND crbrt_freestanding_parts "    {\"${template_name}\", R\"part(${template_text})part\"},\n")
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/templates.h.in ${PROJECT_BINARY_DIR}/codegen/templates.h @ONLY)
