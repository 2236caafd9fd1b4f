# Tests of the physics core, and the program that makes its goldens.
find_package(nlohmann_json REQUIRED)
add_library(crbrt_slow_integrator STATIC slow_integrator.cpp)
target_include_directories(crbrt_slow_integrator PUBLIC ${PROJECT_SOURCE_DIR})

crbrt_add_test(physics_core_test
  SOURCES adjoint_test.cpp basis_test.cpp bound_cost_test.cpp crb_test.cpp gradient_test.cpp r2sl_test.cpp sequence_test.cpp simulator_test.cpp
  LIBRARIES crbrt::physics crbrt_slow_integrator)
crbrt_add_test(physics_reference_test
  SOURCES reference_test.cpp single_pulse_test.cpp
  LIBRARIES crbrt::physics crbrt::physics_io nlohmann_json::nlohmann_json)
set_source_files_properties(single_pulse_test.cpp PROPERTIES COMPILE_OPTIONS "-Wno-psabi;-Wno-unused-function")
crbrt_add_test(physics_golden_test
  SOURCES golden_test.cpp
  LIBRARIES crbrt::physics crbrt::physics_io nlohmann_json::nlohmann_json)

# Regenerates tests/golden/protocol_signals.json from the slow integrator (about a minute).
add_executable(crbrt-physics-goldens physics_goldens.cpp)
target_link_libraries(crbrt-physics-goldens PRIVATE crbrt_slow_integrator crbrt::physics crbrt::physics_io nlohmann_json::nlohmann_json)
target_compile_definitions(crbrt-physics-goldens PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
