# SPDX-License-Identifier: Apache-2.0
# Tests of the physics core, and the program that makes its goldens.
crbrt_add_library(crbrt_slow_integrator SOURCES slow_integrator.cpp)

crbrt_add_test(physics_core_test
  SOURCES adjoint_test.cpp basis_identity_test.cpp basis_test.cpp bound_cost_test.cpp crb_test.cpp gradient_test.cpp normal_block_test.cpp r2sl_test.cpp sequence_test.cpp simulator_test.cpp single_pool_test.cpp
  LIBRARIES crbrt::physics crbrt_slow_integrator)
crbrt_add_test(physics_reference_test
  SOURCES reference_test.cpp single_pulse_test.cpp
  LIBRARIES crbrt::physics crbrt::physics_io hdf5::hdf5)
set_source_files_properties(single_pulse_test.cpp PROPERTIES COMPILE_OPTIONS "-Wno-psabi;-Wno-unused-function")
crbrt_add_test(physics_golden_test
  SOURCES golden_test.cpp
  LIBRARIES crbrt::physics crbrt::physics_io)

# Regenerates tests/golden/protocol_signals.json from the slow integrator (about a minute).
crbrt_add_program(crbrt-physics-goldens
  SOURCES physics_goldens.cpp
  PRIVATE crbrt_slow_integrator crbrt::physics crbrt::physics_io)
target_compile_definitions(crbrt-physics-goldens PRIVATE CRBRT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
