# SPDX-License-Identifier: Apache-2.0
# Bases as people have them, through the programs: rounded to single precision by BART, and complex.
crbrt_add_test(bases_e2e_test SOURCES bases_test.cpp
               LIBRARIES crbrt::volume crbrt::physics_io crbrt::loader crbrt::base crbrt_test_models)
add_dependencies(bases_e2e_test crbrt-eval crbrt-map crbrt-model crbrt-simulate)
if(TARGET crbrt-train)
  add_dependencies(bases_e2e_test crbrt-train)
endif()
