# SPDX-License-Identifier: Apache-2.0
# The recipe of docs/embedding.md for another machine: the runtime for AArch64 is built and installed, the example is built against
# that tree with the generator of this build, and runs under qemu.
foreach(program IN ITEMS aarch64-linux-gnu-g++ qemu-aarch64)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message("SKIPPED: no ${program}")
    return()
  endif()
endforeach()
set(model ${REPOSITORY}/models/brain_v2/brain_v2.crbm)
set(toolchain ${REPOSITORY}/cmake/toolchains/aarch64.cmake)
set(prefix ${WORK_DIR}/aarch64-moved)
file(REMOVE_RECURSE ${WORK_DIR}/aarch64-staged ${prefix} ${WORK_DIR}/aarch64-example)

function(run)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} -S ${REPOSITORY} -B ${WORK_DIR}/aarch64-build -G ${GENERATOR} --toolchain ${toolchain}
    -DCMAKE_BUILD_TYPE=Release -DCRBRT_PROGRAMS=OFF -DCRBRT_TESTS=OFF
    -DCMAKE_C_COMPILER_LAUNCHER=${C_LAUNCHER} -DCMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/aarch64-build)
run(${CMAKE_COMMAND} --install ${WORK_DIR}/aarch64-build --prefix ${WORK_DIR}/aarch64-staged)
file(RENAME ${WORK_DIR}/aarch64-staged ${prefix})

set(example -S ${REPOSITORY}/docs/examples/embedded_model -B ${WORK_DIR}/aarch64-example -G ${GENERATOR} --toolchain ${toolchain}
  -DCMAKE_BUILD_TYPE=Release -DMODEL=${model} -DCMAKE_FIND_ROOT_PATH=${prefix})
# A generator of another version is refused when CMake runs, not when the generated code does not compile.
file(WRITE ${WORK_DIR}/old-codegen "#!/bin/sh\necho 'crbrt-codegen 0.1.0'\n")
file(CHMOD ${WORK_DIR}/old-codegen PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
execute_process(COMMAND ${CMAKE_COMMAND} ${example} -DCRBRT_CODEGEN=${WORK_DIR}/old-codegen
  RESULT_VARIABLE refused OUTPUT_QUIET ERROR_VARIABLE error)
if(refused EQUAL 0 OR NOT error MATCHES "-DCRBRT_CODEGEN=PROGRAM" OR NOT error MATCHES "0\\.1\\.0")
  message(FATAL_ERROR "expected a refusal of the generator of version 0.1.0, found: ${error}")
endif()
file(REMOVE_RECURSE ${WORK_DIR}/aarch64-example)

run(${CMAKE_COMMAND} ${example} -DCRBRT_CODEGEN=${CODEGEN})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/aarch64-example)
run(qemu-aarch64 -L /usr/aarch64-linux-gnu ${WORK_DIR}/aarch64-example/embedded_model)
message("${output}")
if(NOT output MATCHES "neon")
  message(FATAL_ERROR "expected estimates by an instruction set of AArch64, found: ${output}")
endif()
