# SPDX-License-Identifier: Apache-2.0
# crbrt-mrd as scanners use it: by a client in Python that is written from the protocol's description, and by clients that mean harm.
if(CRBRT_MRD_SERVER)
  find_package(Python3 COMPONENTS Interpreter REQUIRED)
  function(crbrt_add_mrd_script name script)
    add_test(NAME mrd.${name} COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/mrd/run.sh ${script})
    set_tests_properties(mrd.${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT
      "PYTHONDONTWRITEBYTECODE=1;CRBRT_SOURCE_DIR=${PROJECT_SOURCE_DIR};CRBRT_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  endfunction()
  crbrt_add_mrd_script(maps mrd_maps_test.py)
  crbrt_add_mrd_script(hostile mrd_hostile_test.py)
  crbrt_add_mrd_script(container mrd_container_test.py)
  crbrt_add_mrd_script(stop mrd_stop_test.py)
endif()
