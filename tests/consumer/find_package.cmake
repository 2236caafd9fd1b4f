# SPDX-License-Identifier: Apache-2.0
# Configures, builds and runs the stranger's project PROJECT against the moved install tree. Headers must compile without a
# warning under flags that are stricter than ours.
set(build ${WORK_DIR}/${KIND}${PROJECT}-find_package)
if(NOT DEFINED PROJECT_DIR)
  set(PROJECT_DIR ${SOURCE_DIR}/${PROJECT})
  set(PROGRAMS consumer)
endif()
if(DEFINED MODEL)
  set(PROGRAM_ARGUMENTS ${MODEL})
endif()
set(strict "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
file(REMOVE_RECURSE ${build})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${PROJECT_DIR} -B ${build} -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${PREFIX}
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${C_COMPILER} -DCMAKE_CXX_COMPILER=${CXX_COMPILER}
    "-DCMAKE_C_FLAGS=${C_FLAGS} ${strict}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS} ${strict}" --no-warn-unused-cli -DMODEL=${MODEL}
  COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS ${build}/CMakeCache.txt found REGEX "^crbrt_DIR")
if(NOT found MATCHES "=${PREFIX}/")
  message(FATAL_ERROR "expected the package under ${PREFIX}, found ${found}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} COMMAND_ERROR_IS_FATAL ANY)
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND ${build}/${program} ${PROGRAM_ARGUMENTS} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
