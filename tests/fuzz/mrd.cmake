# SPDX-License-Identifier: Apache-2.0
# The fuzzer of crbrt-mrd, its replay and its seeds. As in CMakeLists.txt, the corpus replays as an ordinary test everywhere.
if(CRBRT_MRD_SERVER)
  set(mrd_fuzz_folder ${PROJECT_SOURCE_DIR}/tests/fuzz)
  crbrt_add_fuzzer(crbrt_mrd_fuzz SOURCES ${mrd_fuzz_folder}/mrd_fuzz.cpp LIBRARIES crbrt::mrd crbrt_test_models)
  crbrt_add_test(mrd_fuzz_replay_test SOURCES ${mrd_fuzz_folder}/mrd_fuzz.cpp ${mrd_fuzz_folder}/corpus_replay_test.cpp
    LIBRARIES crbrt::mrd crbrt_test_models)
  target_compile_definitions(mrd_fuzz_replay_test PRIVATE CRBRT_FUZZ_CORPUS="${mrd_fuzz_folder}/corpus/mrd")
  crbrt_add_program(crbrt-mrd-seeds SOURCES ${mrd_fuzz_folder}/mrd_seeds.cpp PRIVATE crbrt::mrd)
  add_custom_target(crbrt_regenerate_mrd_seeds COMMAND crbrt-mrd-seeds ${mrd_fuzz_folder}/corpus/mrd VERBATIM)
endif()
