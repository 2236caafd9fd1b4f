# crbrt_add_model(TARGET MODEL file.crbm [NAME name] [PRECISION f32|i8|i16|mixed]): compiles a model into TARGET and links the runtime. One line is enough:
#
#     crbrt_add_model(app MODEL brain_v1.crbm)
#     // #include "brain_v1.hpp": crbrt::models::brain_v1      #include "brain_v1.h": crbrt_model_brain_v1()
#
# PRECISION mixed takes the integer form that the file carries (docs/fixed-point.md); default: f32.
# NAME is the C identifier in the generated code; default: the file's name without its extension. Works in the source tree
# and after find_package(crbrt); the sources are generated in the build tree whenever the model or the generator changed.
function(crbrt_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL;NAME;PRECISION" "")
  if(NOT TARGET ${target} OR NOT arg_MODEL OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "crbrt_add_model: expected an existing target and MODEL file.crbm [NAME name] [PRECISION precision], found: ${ARGV}")
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
    OUTPUT ${folder}/${name}.cpp ${folder}/${name}.hpp ${folder}/${name}.h
    COMMAND crbrt::codegen --model ${model} --precision ${arg_PRECISION} --out ${folder} --name ${name}
    DEPENDS ${model} crbrt::codegen
    COMMENT "Generating ${name} from ${arg_MODEL}"
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/${name}.cpp)

  # An executable's includes are its own business; who links a library wants to include the model's header.
  get_target_property(type ${target} TYPE)
  set(scope PUBLIC)
  if(type STREQUAL "EXECUTABLE")
    set(scope PRIVATE)
  endif()
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${folder}>)
  target_link_libraries(${target} ${scope} crbrt::runtime)
endfunction()
