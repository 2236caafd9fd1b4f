// SPDX-License-Identifier: Apache-2.0
// Extra tables in both formats.
#include "tools/report/page.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::report {
namespace {

using Cells = std::vector<std::vector<std::string>>;

TEST(TableFile, CsvMayQuoteCommasQuotesAndLines) {
  const tests::TemporaryFolder folder;
  const Table table = read_table("t", folder.file("t.csv", "a,b\r\n\"x, \"\"y\"\"\",2\n\n\"two\nlines\",\n"));
  EXPECT_EQ(table.title, "t");
  EXPECT_EQ(table.header, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(table.rows, (Cells{{"x, \"y\"", "2"}, {"two\nlines", ""}}));
}

TEST(TableFile, JsonMayBeObjectsOrColumnsAndRows) {
  const tests::TemporaryFolder folder;
  const Table objects = read_table("t", folder.file("o.json", R"([{"a": "x", "b": 1.5}, {"a": "y", "b": 2}])"));
  const Table rows = read_table("t", folder.file("r.json", R"({"columns": ["a", "b"], "rows": [["x", 1.5], ["y", 2]]})"));
  EXPECT_EQ(objects.rows, (Cells{{"x", "1.5"}, {"y", "2"}}));
  EXPECT_EQ(objects.header, rows.header);
  EXPECT_EQ(objects.rows, rows.rows);
}

TEST(TableFile, WhatIsNoTableIsRefused) {
  const tests::TemporaryFolder folder;
  EXPECT_THROW(read_table("t", folder / "absent.csv"), base::InputError);
  EXPECT_THROW(read_table("t", folder.file("empty.csv", "")), base::InputError);
  EXPECT_THROW(read_table("t", folder.file("ragged.csv", "a,b\n1\n")), base::InputError);
  EXPECT_THROW(read_table("t", folder.file("number.json", "3")), base::InputError);
}

}  // namespace
}  // namespace crbrt::report
