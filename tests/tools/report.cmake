# SPDX-License-Identifier: Apache-2.0
# Tests of the library behind crbrt-report.
crbrt_add_test(report_test SOURCES report/goals_test.cpp report/page_test.cpp report/table_file_test.cpp
               LIBRARIES crbrt::report)
