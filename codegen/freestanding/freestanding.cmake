# Code for machines without an operating system. The algorithms are C files of their own; the generator carries their text.
set(part_dir ${CMAKE_CURRENT_LIST_DIR})
foreach(part IN ITEMS header.h arithmetic.c dense_s16.c dense_u8.c affine_s16.c group_norm_s16.c square_root.c voxel.c)
  get_filename_component(name ${part} NAME_WE)
  file(READ ${part_dir}/${part}.in crbrt_part_${name})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${part_dir}/${part}.in)
endforeach()
configure_file(${part_dir}/parts.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/freestanding/parts.cpp @ONLY)

crbrt_add_library(crbrt_freestanding SOURCES
  freestanding/emit_freestanding.cpp
  freestanding/freestanding_layers.cpp
  ${CMAKE_CURRENT_BINARY_DIR}/freestanding/parts.cpp
  PUBLIC crbrt_codegen)
