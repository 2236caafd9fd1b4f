# Tests of the library behind crbrt-eval.
crbrt_add_test(evaluation_test SOURCES eval/error_split_test.cpp eval/normal_block_test.cpp eval/evaluate_test.cpp
               eval/distribution_test.cpp eval/roc_test.cpp eval/atypicality_test.cpp eval/grid_test.cpp eval/floor_test.cpp
               eval/posterior_test.cpp
               LIBRARIES crbrt::evaluation)
