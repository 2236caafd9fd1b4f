# The gold-standard fit: voxels per second, alone and in lock-step.
add_executable(crbrt-nlls-bench ${CMAKE_CURRENT_LIST_DIR}/nlls_bench.cpp)
crbrt_private_target(crbrt-nlls-bench)
target_include_directories(crbrt-nlls-bench PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_definitions(crbrt-nlls-bench PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(crbrt-nlls-bench PRIVATE crbrt::physics_nlls crbrt::physics_io benchmark::benchmark_main)
