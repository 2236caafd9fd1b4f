# SPDX-License-Identifier: Apache-2.0
# crbrt_add_model(TARGET MODEL file.crbm [NAME name] [PRECISION f32|i8|i16|mixed] [SPECIALISED]): compiles a model into TARGET and
# links the runtime. One line is enough:
#
#     crbrt_add_model(app MODEL brain_v2.crbm)
#     // #include "brain_v2.hpp": crbrt::models::brain_v2      #include "brain_v2.h": crbrt_model_brain_v2()
#
# PRECISION mixed takes the integer form that the file carries (docs/integers.md); default: f32.
# SPECIALISED compiles the runtime's kernels once more with the model's shapes as constants, for every instruction set of the
# machine (on x86 that needs xsimd's headers). Results have the same bits; docs/speed.md says how much faster it is.
# NAME is the C identifier in the generated code; default: the file's name without its extension. Works in the source tree
# and after find_package(crbrt); the sources are generated in the build tree whenever the model or the generator changed.
function(crbrt_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SPECIALISED" "MODEL;NAME;PRECISION" "")
  if(NOT TARGET ${target} OR NOT arg_MODEL OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "crbrt_add_model: expected an existing target and MODEL file.crbm [NAME name] [PRECISION precision] [SPECIALISED], found: ${ARGV}")
  endif()
  get_filename_component(model ${arg_MODEL} ABSOLUTE)
  if(NOT arg_NAME)
    get_filename_component(arg_NAME ${model} NAME_WLE)
  endif()
  string(MAKE_C_IDENTIFIER ${arg_NAME} name)
  if(NOT arg_PRECISION)
    set(arg_PRECISION f32)
  endif()

  # One folder a target and model: two targets of one folder may use the same model.
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/crbrt_models/${target}/${name})
  add_custom_command(
    OUTPUT ${folder}/${name}.cpp ${folder}/${name}.hpp ${folder}/${name}.h ${folder}/${name}_kernels.cpp
    COMMAND crbrt::codegen --model ${model} --precision ${arg_PRECISION} --out ${folder} --name ${name}
    DEPENDS ${model} crbrt::codegen
    COMMENT "Generating ${name} from ${arg_MODEL}"
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/${name}.cpp)
  if(arg_SPECIALISED)
    crbrt_specialise(${target} ${folder} ${name})
  endif()

  # An executable's includes are its own business; who links a library wants to include the model's header.
  get_target_property(type ${target} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${folder}>)
  target_link_libraries(${target} ${scope} crbrt::runtime)
endfunction()

# The kernels of one generated model, an object library for each instruction set.
function(crbrt_specialise target folder name)
  include(crbrt_kernels)
  add_custom_target(${target}_${name}_code DEPENDS ${folder}/${name}_kernels.cpp)
  foreach(isa IN LISTS crbrt_isas)
    set(objects ${target}_${name}_${isa})
    crbrt_isa_objects(${objects} ${isa} ${folder}/${name}_kernels.cpp)
    add_dependencies(${objects} ${target}_${name}_code)
    set_target_properties(${objects} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_include_directories(${objects} SYSTEM PRIVATE ${crbrt_kernel_headers})  # warnings there are not its owner's
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
  endforeach()
  set_property(SOURCE ${folder}/${name}.cpp APPEND PROPERTY COMPILE_DEFINITIONS CRBRT_SPECIALISED)
  set_property(SOURCE ${folder}/${name}.cpp APPEND PROPERTY INCLUDE_DIRECTORIES ${crbrt_kernel_headers})
endfunction()
