# crbrt_synthetic_program: random programs, shared by the tests and the benchmarks of the runtime.
if(NOT TARGET crbrt_synthetic_program)
  add_library(crbrt_synthetic_program STATIC ${PROJECT_SOURCE_DIR}/tests/support/synthetic_program.cpp)
  crbrt_private_target(crbrt_synthetic_program)
  target_compile_options(crbrt_synthetic_program PRIVATE -ffp-contract=off)
  target_include_directories(crbrt_synthetic_program PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(crbrt_synthetic_program PUBLIC crbrt::format)
endif()
