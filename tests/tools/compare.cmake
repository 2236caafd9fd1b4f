# SPDX-License-Identifier: Apache-2.0
# Tests of the library behind crbrt-compare.
crbrt_add_test(compare_test SOURCES compare/agreement_test.cpp compare/map_pair_test.cpp compare/white_matter_test.cpp LIBRARIES crbrt::compare)
