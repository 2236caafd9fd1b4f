# SPDX-License-Identifier: Apache-2.0
# crbrt_add_test(NAME SOURCES file... LIBRARIES target...): one GoogleTest program. Every TEST is a ctest of its own;
# GTEST_SKIP is reported as skipped, never as passed.
include(GoogleTest)
if(CMAKE_CROSSCOMPILING)
  # The installed library is the build machine's: the target gets its own from the same package's sources.
  set(CRBRT_GOOGLETEST_SOURCE_DIR /usr/src/googletest CACHE PATH "GoogleTest's sources, for cross builds")
  set(INSTALL_GTEST OFF CACHE INTERNAL "")
  set(BUILD_GMOCK OFF CACHE INTERNAL "")
  set(gtest_disable_pthreads ON CACHE INTERNAL "")
  add_subdirectory(${CRBRT_GOOGLETEST_SOURCE_DIR} ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
else()
  find_package(GTest REQUIRED)
endif()

# The tests of the trainer have LibTorch's headers in their set, all others Eigen's; C sources have none.
function(crbrt_add_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  crbrt_add_program(${name} SOURCES ${arg_SOURCES} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  if(crbrt::trainer IN_LIST arg_LIBRARIES)
    crbrt_precompile(${name} torch_gtest)
  elseif(CRBRT_PROGRAMS)
    crbrt_precompile(${name} gtest)
  endif()
  target_compile_options(${name} PRIVATE ${crbrt_test_optimisation})
  list(FILTER arg_SOURCES INCLUDE REGEX "\\.c$")
  set_source_files_properties(${arg_SOURCES} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  # Tests of real data live beside the clone; they skip where it is absent.
  target_compile_definitions(${name} PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CRBRT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  # An empty LABELS would take the next word as its value.
  if(arg_LABELS)
    set(labels LABELS "${arg_LABELS}")
  endif()
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST PROPERTIES ${labels} TIMEOUT 600)
endfunction()

# crbrt_add_fuzzer(NAME SOURCES file... LIBRARIES target...): a libFuzzer target, in builds with CRBRT_FUZZ (clang) alone.
function(crbrt_add_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(CRBRT_FUZZ)
    crbrt_add_program(${name} SOURCES ${arg_SOURCES} PRIVATE ${arg_LIBRARIES})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
