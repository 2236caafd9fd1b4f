# SPDX-License-Identifier: Apache-2.0
# crbrt_test_models: small models made from a spec, for every test that needs a .crbm or a Program. Needs the loader.
crbrt_add_library(crbrt_test_models
  SOURCES ${PROJECT_SOURCE_DIR}/tests/support/forward_models.cpp
          ${PROJECT_SOURCE_DIR}/tests/support/model_builder.cpp ${PROJECT_SOURCE_DIR}/tests/support/model_specs.cpp
  PUBLIC crbrt::loader crbrt::runtime crbrt_model_schema)

# crbrt-test-models DIR [NAME...]: writes the named specs as DIR/<name>.crbm, for tests of programs and of compiled models.
crbrt_add_program(crbrt-test-models SOURCES ${PROJECT_SOURCE_DIR}/tests/support/write_models.cpp PRIVATE crbrt_test_models)
set_target_properties(crbrt-test-models PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
