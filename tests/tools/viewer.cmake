# SPDX-License-Identifier: Apache-2.0
# The page of maps: regions and packed images; and the page itself in a browser, where Node, Chromium, playwright-core and NiiVue
# (scripts/viewer.sh) are installed.
crbrt_add_test(viewer_test SOURCES viewer/label_names_test.cpp viewer/regions_test.cpp LIBRARIES crbrt::viewer)
find_program(CRBRT_NODE node)
add_test(NAME viewer.page COMMAND ${CMAKE_CURRENT_LIST_DIR}/viewer/page_test.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${PROJECT_SOURCE_DIR})
set_tests_properties(viewer.page PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
