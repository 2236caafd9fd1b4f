# SPDX-License-Identifier: Apache-2.0
# The chain of scripts/demo.sh on a brain of a few thousand voxels: phantom, maps, comparison.
crbrt_add_test(demo_e2e_test SOURCES demo_test.cpp LIBRARIES crbrt::physics_io crbrt::volume crbrt_test_models)
add_dependencies(demo_e2e_test crbrt-phantom crbrt-map)
