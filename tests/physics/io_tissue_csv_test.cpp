// SPDX-License-Identifier: Apache-2.0
// Lists of tissues: columns by name, and every mistake with its line and column.
#include <gtest/gtest.h>

#include "physics/io/sequence_io.h"
#include "tests/physics/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::physics {
namespace {

using tests::expect_input_error;
using tests::TemporaryFolder;

std::vector<Tissue> read(const std::string& path) {
  base::Warnings warnings("test");
  std::vector<Tissue> tissues = read_tissues(path, warnings);
  EXPECT_TRUE(warnings.texts().empty());
  return tissues;
}

const std::string header = "m0_semi_frac,r1_free_hz,r2_free_hz,exchange_hz,r1_semi_hz,t2_semi_s,omega0_rad_s,b1_rel\n";

TEST(TissueCsv, ColumnsAreFoundByName) {
  const TemporaryFolder folder;
  const std::string path =
      folder.file("t.csv",
                  "\xef\xbb\xbf"  // the byte order mark that spreadsheets put first
                  "b1_rel, omega0_rad_s ,t2_semi_s,r1_semi_hz,exchange_hz,r2_free_hz,r1_free_hz,m0_semi_frac\r\n"
                  "0.9,-100,1.2e-5,3,15,12,0.5,0.2\r\n"
                  "\r\n"
                  "1,0,1e-5,1,20,10,1,0\r\n");
  const std::vector<Tissue> tissues = read(path);
  ASSERT_EQ(tissues.size(), 2u);
  const std::array<double, n_parameter> first{0.2, 0.5, 12, 15, 3, 1.2e-5, -100, 0.9};
  EXPECT_EQ(tissues[0].values(), first);
  EXPECT_EQ(tissues[1].m0_semi_frac, 0);
}

TEST(TissueCsv, ValuesThatNoTissueHasAreWarnedOfWithTheirLikelyUnit) {
  const TemporaryFolder folder;
  const std::string path = folder.file("t.csv", header +
                                                    "0.1,0.6,13,20,0.6,1e-5,0,1\n"
                                                    "0.1,0.0006,13,0.02,0.6,1e-5,0,1\n"
                                                    "\n"
                                                    "0.1,0.0007,13,20,1600,1e-5,0,0.001\n"
                                                    "0,0.6,13,0,0.6,1e-5,0,1\n");  // zero has no unit
  base::Warnings warnings("test");
  EXPECT_EQ(read_tissues(path, warnings).size(), 4u);
  const std::vector<std::string> texts{
      path +
          ", line 3, column r1_free_hz: 0.0006 1/s (1/ms instead of 1/s?), and 1 more in this column; tissues have r1_free_hz "
          "from 0.01 to 100 1/s",
      path + ", line 3, column exchange_hz: 0.02 1/s (1/ms instead of 1/s?); tissues have exchange_hz from 0.1 to 100000 1/s",
      path +
          ", line 5, column r1_semi_hz: 1600 1/s (a time in ms instead of a rate?); tissues have r1_semi_hz from 0.01 to 100 "
          "1/s",
      path + ", line 5, column b1_rel: 0.001 (another unit than a ratio?); tissues have b1_rel from 0.01 to 10"};
  EXPECT_EQ(warnings.texts(), texts);
}

struct Bad {
  const char* name;
  std::string text;
  std::vector<std::string> says;
};

class BadTissueCsv : public testing::TestWithParam<Bad> {};

TEST_P(BadTissueCsv, IsRefusedByLineAndColumn) {
  const TemporaryFolder folder;
  const std::string path = folder.file("bad.csv", GetParam().text);
  std::vector<std::string> parts{path, "expected ", "found "};
  parts.insert(parts.end(), GetParam().says.begin(), GetParam().says.end());
  expect_input_error([&] { read(path); }, parts);
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadTissueCsv,
    testing::Values(
        Bad{"empty", "", {"empty"}}, Bad{"header_alone", header, {"at least one tissue"}},
        Bad{"unknown_column", "m0s,r1_free_hz\n", {"line 1", "\"m0s\""}},
        Bad{"missing_column", "m0_semi_frac,r1_free_hz\n", {"line 1", "r2_free_hz", "none"}},
        Bad{"column_twice", "b1_rel,b1_rel\n", {"line 1", "b1_rel twice"}},
        Bad{"too_few_values", header + "0.1,1,10\n", {"line 2", "8 values", "found 3"}},
        Bad{"no_number", header + "0.1,1,10,20,1,1e-5,zero,1\n", {"line 2", "omega0_rad_s", "\"zero\""}},
        Bad{"empty_cell", header + "0.1,1,10,20,1,,0,1\n", {"line 2", "t2_semi_s", "\"\""}},
        Bad{"number_with_unit", header + "0.1,1,10,20,1,1e-5s,0,1\n", {"line 2", "t2_semi_s", "1e-5s"}},
        Bad{"negative", header + "0.1,1,10,20,1,1e-5,0,1\n0.1,-1,10,20,1,1e-5,0,1\n", {"line 3", "r1_free_hz", "(-1)"}},
        Bad{"not_finite", header + "0.1,1,nan,20,1,1e-5,0,1\n", {"line 2", "r2_free_hz", "(nan)"}},
        Bad{"pool_of_one", header + "1,1,10,20,1,1e-5,0,1\n", {"line 2", "m0_semi_frac", "(1)"}},
        Bad{"t2_semi_in_microseconds", header + "0.1,1,10,20,1,10,0,1\n", {"line 2", "t2_semi_s", "microseconds", "(10)"}},
        Bad{"endless_off_resonance", header + "0.1,1,10,20,1,1e-5,1e12,1\n", {"line 2", "omega0_rad_s", "1e6", "(1e12)"}},
        Bad{"endless_rate", header + "0.1,1,10,1e300,1,1e-5,0,1\n", {"line 2", "exchange_hz", "(1e300)"}},
        Bad{"endless_t2_semi", header + "0.1,1,10,20,1,1e-300,0,1\n", {"line 2", "t2_semi_s", "(1e-300)"}},
        Bad{"endless_b1", header + "0.1,1,10,20,1,1e-5,0,1e9\n", {"line 2", "b1_rel", "(1e9)"}},
        Bad{"nothing_relaxes", header + "0.1,0,10,20,0,1e-5,0,1\n", {"line 2", "relax"}}),
    [](const auto& each) { return each.param.name; });

TEST(TissueCsv, AMissingFileSaysSo) {
  expect_input_error([] { read("nowhere.csv"); }, {"nowhere.csv", "No such file"});
  expect_input_error([] { read("/"); }, {"/", "a folder"});
}

}  // namespace
}  // namespace crbrt::physics
