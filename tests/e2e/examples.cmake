# SPDX-License-Identifier: Apache-2.0
# The worked examples of docs/examples that need other people's programs: each runs as its README.md says, in a folder of the build.
if(TARGET crbrt-train)
  # crbrt_add_example(NAME [COMMAND...]): it is skipped without these commands, and without NumPy, h5py and NiBabel.
  function(crbrt_add_example name)
    add_test(NAME example.${name} COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/example.sh ${PROJECT_SOURCE_DIR}/docs/examples/${name}/run.sh
      ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${CMAKE_CURRENT_BINARY_DIR}/${name} ${ARGN})
    set_tests_properties(example.${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS release_only TIMEOUT 1500)
  endfunction()
  crbrt_add_example(epg_spoiled)
  crbrt_add_example(look_locker bart)
  crbrt_add_example(bart_subspace bart)
endif()
