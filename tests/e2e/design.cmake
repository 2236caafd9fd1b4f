# SPDX-License-Identifier: Apache-2.0
# crbrt-design: search, resume, write, compare, and what it says about bad input.
crbrt_add_test(design_e2e_test SOURCES design_e2e_test.cpp LIBRARIES crbrt::design crbrt::physics_io crbrt::base)
add_dependencies(design_e2e_test crbrt-design)
