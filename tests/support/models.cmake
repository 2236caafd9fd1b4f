# crbrt_test_models: small models made from a spec, for every test that needs a .crbm or a Program. Needs the loader.
add_library(crbrt_test_models STATIC ${PROJECT_SOURCE_DIR}/tests/support/model_builder.cpp
                                     ${PROJECT_SOURCE_DIR}/tests/support/model_specs.cpp)
crbrt_private_target(crbrt_test_models)
target_include_directories(crbrt_test_models PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(crbrt_test_models PUBLIC crbrt::loader crbrt::runtime crbrt_model_schema)

# crbrt-test-models DIR [NAME...]: writes the named specs as DIR/<name>.crbm, for tests of programs and of compiled models.
add_executable(crbrt-test-models ${PROJECT_SOURCE_DIR}/tests/support/write_models.cpp)
crbrt_private_target(crbrt-test-models)
target_link_libraries(crbrt-test-models PRIVATE crbrt_test_models)
set_target_properties(crbrt-test-models PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
