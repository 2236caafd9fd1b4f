# SPDX-License-Identifier: Apache-2.0
# Installs the components that embedders use, looks for what must not leak, and moves the tree to where the others use it.
file(REMOVE_RECURSE ${WORK_DIR}/staged ${PREFIX})
string(REPLACE "," ";" COMPONENTS ${COMPONENTS})
foreach(component IN LISTS COMPONENTS)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/staged --config ${CONFIG} --component ${component}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(RENAME ${WORK_DIR}/staged ${PREFIX})

set(package_files "")
foreach(folder IN ITEMS ${LIBDIR}/cmake/crbrt ${LIBDIR}/pkgconfig)
  file(GLOB found ${PREFIX}/${folder}/*)
  list(APPEND package_files ${found})
endforeach()
list(LENGTH package_files n_file)
if(n_file LESS 5)
  message(FATAL_ERROR "expected at least 5 package files under ${PREFIX}, found ${n_file}")
endif()

# Warning flags, private dependencies and folders of this machine are ours alone. The two modules that compile specialised kernels
# know flags and xsimd: for object libraries of their own, never for a target of the consumer's.
set(all_text "")
foreach(file IN LISTS package_files)
  file(READ ${file} text)
  string(APPEND all_text "${text}")
  set(leaks "-Wall" "-Wextra" "-Wshadow" "-Werror" "model_schema" "${REPOSITORY}" "${BUILD_DIR}" "${WORK_DIR}")
  if(NOT file MATCHES "/crbrt_(add_model|kernels)\\.cmake$")
    list(APPEND leaks "-mavx2" "-fno-exceptions" "xsimd")
  endif()
  foreach(leak IN LISTS leaks)
    string(FIND "${text}" "${leak}" position)
    if(NOT position EQUAL -1)
      message(SEND_ERROR "${file}: expected no '${leak}', found it at ${position}")
    endif()
  endforeach()
endforeach()
# The search above sees: what must be there is found the same way.
foreach(needed IN ITEMS "crbrt::runtime" "-lcrbrt_runtime" "cxx_std_20")
  string(FIND "${all_text}" "${needed}" position)
  if(position EQUAL -1)
    message(SEND_ERROR "expected '${needed}' in the package files, found none")
  endif()
endforeach()

# What SPECIALISED needs lies in a folder that says so.
file(GLOB_RECURSE private_headers ${PREFIX}/include/*-inl.h ${PREFIX}/include/*kernel_table* ${PREFIX}/include/*_generated.h)
list(FILTER private_headers EXCLUDE REGEX "/include/crbrt/internal/")
if(private_headers)
  message(SEND_ERROR "expected public headers only, found ${private_headers}")
endif()
