# SPDX-License-Identifier: Apache-2.0
# The answer to --version names the libraries of the build with their versions: tools/cli/built_with.h in the build tree. Included
# last, when every folder has found its libraries. One list for all programs, because a build is made with one set of libraries.

# A version from the files of a CMake package, for libraries without a pkg-config module.
function(crbrt_version_of_package result folder)
  file(GLOB file ${folder}/*ConfigVersion.cmake)
  set(line "")
  if(file)
    file(STRINGS ${file} line REGEX "set\\( *PACKAGE_VERSION \"?[0-9.]+" LIMIT_COUNT 1)
  endif()
  string(REGEX MATCH "[0-9][0-9.]*" version "${line}")
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

find_program(CRBRT_PKG_CONFIG pkg-config)
function(crbrt_version_of_module result module)
  set(version "")
  if(CRBRT_PKG_CONFIG)
    execute_process(COMMAND ${CRBRT_PKG_CONFIG} --modversion ${module} OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

set(built_with "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
foreach(name_and_module IN ITEMS CLI11=CLI11 Eigen=eigen3 FlatBuffers=flatbuffers HDF5=hdf5 JSON=nlohmann_json libdeflate=libdeflate libmd=libmd xsimd=xsimd)
  string(REGEX MATCHALL "[^=]+" pair ${name_and_module})
  list(GET pair 0 name)
  list(GET pair 1 module)
  crbrt_version_of_module(version ${module})
  string(STRIP "${name} ${version}" described)
  string(APPEND built_with ", ${described}")
endforeach()
foreach(name_and_folder IN ITEMS Ceres=${Ceres_DIR} LibTorch=${Torch_DIR})
  string(REGEX MATCHALL "[^=]+" pair ${name_and_folder})
  list(GET pair 0 name)
  list(LENGTH pair n)
  if(n LESS 2)
    continue()  # not part of this build
  endif()
  list(GET pair 1 folder)
  crbrt_version_of_package(version ${folder})
  string(STRIP "${name} ${version}" described)
  string(APPEND built_with ", ${described}")
endforeach()
# libnifti2 says 0.0.0.0 of itself (Debian 12).
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/tools/cli/built_with.h CONTENT
"// Written by cmake/crbrt_built_with.cmake.
#pragma once
namespace crbrt::cli {
inline constexpr const char* built_with = \"@built_with@, libnifti2\";
}
" @ONLY)
