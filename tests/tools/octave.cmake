# SPDX-License-Identifier: Apache-2.0
# crbrt_map.mex, as docs/octave.md builds it, against the program crbrt-map.
find_program(CRBRT_MKOCTFILE mkoctfile DOC "Compiler of Octave's modules, for crbrt_map.mex")
find_program(CRBRT_OCTAVE octave-cli DOC "GNU Octave without windows")
if(CRBRT_MKOCTFILE AND CRBRT_OCTAVE)
  set(octave_dir ${CMAKE_BINARY_DIR}/octave)
  add_custom_command(OUTPUT ${octave_dir}/crbrt_map.mex
    COMMAND ${CMAKE_COMMAND} -E make_directory ${octave_dir}/scratch
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.m ${octave_dir}
    COMMAND ${CMAKE_COMMAND} -E env "CFLAGS=-O2 -std=c99 -Wall -Wextra -Werror" ${CRBRT_MKOCTFILE} --mex -R2018a
            -I${PROJECT_SOURCE_DIR}/runtime/include -I${PROJECT_SOURCE_DIR}/runtime/loader/include
            -o ${octave_dir}/crbrt_map.mex ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.c
            $<TARGET_FILE:crbrt_loader> $<TARGET_FILE:crbrt_runtime> -lmd -lstdc++
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.c ${PROJECT_SOURCE_DIR}/tools/octave/crbrt_map.m crbrt_loader crbrt_runtime
    VERBATIM)
  add_custom_target(crbrt_octave ALL DEPENDS ${octave_dir}/crbrt_map.mex)
  add_test(NAME octave.module COMMAND ${CRBRT_OCTAVE} --no-init-file --quiet
    ${CMAKE_CURRENT_SOURCE_DIR}/octave/crbrt_map_test.m ${octave_dir} ${CMAKE_BINARY_DIR}/bin ${PROJECT_SOURCE_DIR} ${octave_dir}/scratch)
  set_tests_properties(octave.module PROPERTIES PASS_REGULAR_EXPRESSION "all claims hold")
else()
  add_test(NAME octave.module COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: no octave-dev")
  set_tests_properties(octave.module PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED")
endif()
