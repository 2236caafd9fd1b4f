# SPDX-License-Identifier: Apache-2.0
# Compiles one file with nothing but what pkg-config says, and runs it. C is linked by the C compiler: the runtime must not
# need a C++ library.
find_program(pkg_config NAMES pkg-config pkgconf)
if(NOT pkg_config)
  message("SKIPPED: pkg-config is not installed")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
foreach(kind IN ITEMS cflags libs)
  execute_process(COMMAND ${pkg_config} --${kind} ${PACKAGE} OUTPUT_VARIABLE ${kind} OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(${kind} UNIX_COMMAND "${${kind}}")
endforeach()

set(program ${WORK_DIR}/${KIND}${PROJECT}-pkg_config)
set(strict -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
if(SOURCE MATCHES "\\.c$")
  separate_arguments(flags UNIX_COMMAND "${C_FLAGS}")
  set(compile ${C_COMPILER} -std=c99 ${flags})
else()
  separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS}")
  set(compile ${CXX_COMPILER} -std=c++20 ${flags})
endif()
execute_process(COMMAND ${compile} ${strict} ${cflags} ${SOURCE_DIR}/${PROJECT}/${SOURCE} -o ${program} ${libs}
  COMMAND_ERROR_IS_FATAL ANY)
set(ENV{LD_LIBRARY_PATH} ${PREFIX}/${LIBDIR})  # where shared libraries lie; pkg-config has no word for it
execute_process(COMMAND ${program} COMMAND_ERROR_IS_FATAL ANY)
