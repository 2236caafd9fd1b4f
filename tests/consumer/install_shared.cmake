# SPDX-License-Identifier: Apache-2.0
# Builds runtime and loader as shared libraries in a build of their own, as docs/compatibility.md says, and installs them to PREFIX
# beside the code generator of this build. The tree is moved to PREFIX, so nothing may know where it was made.
set(build ${WORK_DIR}/shared-build)
set(staged ${WORK_DIR}/shared-staged)
file(REMOVE_RECURSE ${staged} ${PREFIX})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${REPOSITORY} -B ${build} -G ${GENERATOR} -DBUILD_SHARED_LIBS=ON -DCRBRT_TESTS=OFF
    -DCRBRT_BENCH=OFF -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_LIBDIR=${LIBDIR} -DCMAKE_C_COMPILER=${C_COMPILER}
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER} "-DCMAKE_C_FLAGS=${C_FLAGS}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}"
    "-DCMAKE_C_COMPILER_LAUNCHER=${C_LAUNCHER}" "-DCMAKE_CXX_COMPILER_LAUNCHER=${CXX_LAUNCHER}"
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} --target crbrt_runtime crbrt_loader COMMAND_ERROR_IS_FATAL ANY)
foreach(component IN ITEMS runtime loader)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --prefix ${staged} --component ${component}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${staged} --config ${CONFIG} --component codegen
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${staged} ${PREFIX})

file(GLOB libraries RELATIVE ${PREFIX}/${LIBDIR} ${PREFIX}/${LIBDIR}/lib*)
list(LENGTH libraries n_file)
if(NOT n_file EQUAL 6 OR libraries MATCHES "\\.a")
  message(FATAL_ERROR "expected two shared libraries, each with its SONAME and its link, under ${PREFIX}/${LIBDIR}, found ${libraries}")
endif()
