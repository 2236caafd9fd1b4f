# SPDX-License-Identifier: Apache-2.0
# Fuzzers of what reads files that users bring: images and texts. As in CMakeLists.txt, the corpora replay as ordinary tests
# everywhere.
set(crbrt_fuzz_folder ${PROJECT_SOURCE_DIR}/tests/fuzz)
set(crbrt_fuzz_libraries crbrt::volume crbrt::physics_io)
crbrt_add_fuzzer(crbrt_image_fuzz SOURCES ${crbrt_fuzz_folder}/image_fuzz.cpp LIBRARIES ${crbrt_fuzz_libraries})
crbrt_add_fuzzer(crbrt_text_fuzz SOURCES ${crbrt_fuzz_folder}/text_fuzz.cpp LIBRARIES ${crbrt_fuzz_libraries})
foreach(kind image text)
  crbrt_add_test(${kind}_fuzz_replay_test
    SOURCES ${crbrt_fuzz_folder}/${kind}_fuzz.cpp ${crbrt_fuzz_folder}/corpus_replay_test.cpp
    LIBRARIES ${crbrt_fuzz_libraries})
  target_compile_definitions(${kind}_fuzz_replay_test PRIVATE CRBRT_FUZZ_CORPUS="${crbrt_fuzz_folder}/corpus/${kind}s")
endforeach()

# How the seeds of images were made; those of texts are written by hand.
crbrt_add_program(crbrt-image-seeds SOURCES ${crbrt_fuzz_folder}/image_seeds.cpp PRIVATE crbrt_test_images)
add_custom_target(crbrt_regenerate_image_seeds COMMAND crbrt-image-seeds ${crbrt_fuzz_folder}/corpus/images VERBATIM)
