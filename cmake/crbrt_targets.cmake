# SPDX-License-Identifier: Apache-2.0
# How libraries and programs of this repository are made: one call instead of the same five lines in every folder.
#
#     crbrt_add_library(crbrt_phantom SOURCES brain.cpp tubes.cpp PUBLIC crbrt::volume PRIVATE crbrt::loader)
#     crbrt_add_program(crbrt-phantom SOURCES main.cpp PRIVATE crbrt::phantom crbrt::cli)
#
# A library crbrt_NAME is also crbrt::NAME. Includes are written from the root of the repository. A library that embedders use
# has INCLUDE folder instead: its users see that folder of public headers and nothing else of ours. BUILD_SHARED_LIBS makes it a
# shared library, with the version of its interface in its SONAME, which exports what CRBRT_API marks (docs/compatibility.md).

# crbrt_private_target(TARGET): our own warnings for our own sources, and the root of the repository. Never exported to a consumer.
function(crbrt_private_target target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
  if(CRBRT_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()

function(crbrt_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "INCLUDE" "SOURCES;PUBLIC;PRIVATE")
  if(arg_INCLUDE)
    add_library(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  else()
    add_library(${name} STATIC ${arg_SOURCES})
  endif()
  string(REGEX REPLACE "^crbrt_" "crbrt::" alias ${name})
  add_library(${alias} ALIAS ${name})
  crbrt_private_target(${name})
  set(include_dir ${PROJECT_SOURCE_DIR})
  if(arg_INCLUDE)
    set(include_dir $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${arg_INCLUDE}>)
  endif()
  target_include_directories(${name} PUBLIC ${include_dir})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()

function(crbrt_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PRIVATE")
  add_executable(${name} ${arg_SOURCES})
  crbrt_private_target(${name})
  target_link_libraries(${name} PRIVATE ${arg_PRIVATE})
endfunction()
