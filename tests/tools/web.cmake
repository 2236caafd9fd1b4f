# SPDX-License-Identifier: Apache-2.0
# The page that maps in a browser, where scripts/web.sh has built it and Node, Chromium and playwright-core are installed.
add_test(NAME web.page COMMAND ${CMAKE_CURRENT_LIST_DIR}/web/page_test.sh ${CMAKE_RUNTIME_OUTPUT_DIRECTORY} ${PROJECT_SOURCE_DIR})
set_tests_properties(web.page PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
