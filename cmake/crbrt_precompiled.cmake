# SPDX-License-Identifier: Apache-2.0
# Precompiled headers, for our own builds: presets turn them on, a consumer's build never has them. They hold nothing of ours, so
# no edit of ours compiles them again. The presets clang, tidy and wasm do without: there a file that forgot an include is seen.
#
#     crbrt_precompile(crbrt_physics eigen)
#
# compiles every C++ source of the target with the headers of one set: eigen, gtest (with Eigen), torch, or torch_gtest.
option(CRBRT_PRECOMPILED_HEADERS "Precompile headers of the standard library, Eigen, GoogleTest and LibTorch" OFF)

set(crbrt_precompiled_eigen
  <algorithm> <array> <cmath> <complex> <filesystem> <fstream> <functional> <map> <memory> <optional> <random> <span> <sstream>
  <string> <string_view> <vector> <Eigen/Dense>)
set(crbrt_precompiled_gtest ${crbrt_precompiled_eigen} <gtest/gtest.h>)
set(crbrt_precompiled_torch <ATen/ATen.h> <torch/optim/adam.h> <torch/serialize.h> <torch/utils.h>)
set(crbrt_precompiled_torch_gtest ${crbrt_precompiled_torch} <gmock/gmock.h> <gtest/gtest.h>)

# What is tested is optimised in full; the tests themselves spend their time in compilers, not in loops of their own. Not for
# emulated machines, where loops are slow.
if(NOT CMAKE_CROSSCOMPILING)
  set(crbrt_test_optimisation $<$<CONFIG:Release>:-O1>)
endif()

set(crbrt_precompiled_eigen_links Eigen3::Eigen)
set(crbrt_precompiled_gtest_links Eigen3::Eigen GTest::gtest_main)
set(crbrt_precompiled_torch_links torch torch_library)
set(crbrt_precompiled_torch_gtest_links torch torch_library GTest::gmock GTest::gtest_main)

# One owner for each set, and for each way to place code, which the compiler demands to be the same: in libraries -fPIC, in
# programs -fPIE. Owners are programs of one empty function, because only a program gets -fPIE.
function(crbrt_precompile target set)
  if(NOT CRBRT_PRECOMPILED_HEADERS)
    return()
  endif()
  find_package(Eigen3 REQUIRED NO_MODULE)
  get_target_property(type ${target} TYPE)
  string(TOLOWER crbrt_precompiled_${set}_${type} owner)
  if(NOT TARGET ${owner})
    set(empty_main ${PROJECT_BINARY_DIR}/precompiled/main.cpp)
    file(CONFIGURE OUTPUT ${empty_main} CONTENT "int main() {}\n")
    if(type STREQUAL "EXECUTABLE")
      add_executable(${owner} EXCLUDE_FROM_ALL ${empty_main})
    else()
      add_library(${owner} OBJECT EXCLUDE_FROM_ALL ${empty_main})
    endif()
    set_target_properties(${owner} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/precompiled)
    crbrt_private_target(${owner})  # warnings are among what must be the same: -Wpedantic changes a predefined macro
    # -fpch-preprocess is for ccache, which cannot see what a precompiled header holds without it.
    target_compile_options(${owner} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
    # g++ 14 does not use what was compiled with another -O. g++ 12 does, and with the same one warns of strings where nothing is wrong.
    if(set MATCHES gtest AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
      target_compile_options(${owner} PRIVATE ${crbrt_test_optimisation})
    endif()
    target_precompile_headers(${owner} PRIVATE ${crbrt_precompiled_${set}})
    target_link_libraries(${owner} PRIVATE ${crbrt_precompiled_${set}_links})
  endif()
  # Where a flag forbids its use, the compiler reads the headers themselves: slower, and no error. Eigen's must be found then.
  target_include_directories(${target} SYSTEM PRIVATE $<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  set_target_properties(${target} PROPERTIES PCH_WARN_INVALID OFF)
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()
