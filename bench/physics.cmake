# crbrt-simulator-bench: milliseconds per fingerprint.
add_executable(crbrt-simulator-bench simulator_bench.cpp)
crbrt_private_target(crbrt-simulator-bench)
target_include_directories(crbrt-simulator-bench PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_definitions(crbrt-simulator-bench PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(crbrt-simulator-bench PRIVATE crbrt::physics_io benchmark::benchmark_main)
