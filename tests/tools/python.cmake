# SPDX-License-Identifier: Apache-2.0
# The Python module: its own tests in Python, against crbrt-map and NumPy.
if(CRBRT_PYTHON_MODULE)
  find_package(Python3 COMPONENTS Interpreter REQUIRED)
  foreach(part IN ITEMS module package)
    add_test(NAME python.${part} COMMAND ${CMAKE_COMMAND} -E env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=${CMAKE_BINARY_DIR}/python
      CRBRT_SOURCE_DIR=${PROJECT_SOURCE_DIR} CRBRT_BIN_DIR=${CMAKE_BINARY_DIR}/bin CRBRT_PYTHON_BUILD=${CMAKE_BINARY_DIR}
      ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/python/python_${part}_test.py)
  endforeach()
endif()
