// SPDX-License-Identifier: Apache-2.0
// Tables of names as people and programs write them.
#include "tools/viewer/label_names.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::viewer {
namespace {

TEST(LabelNames, AreReadFromTablesAndOthersNamed) {
  const tests::TemporaryFolder folder;
  using Names = std::map<long, std::string>;
  const Names expected{{1, "white matter"}, {12, "grey, left"}};
  EXPECT_EQ(read_label_names(folder.file("a.csv", "label,name\n1,white matter\n12,\"grey, left\"\n")), expected);
  EXPECT_EQ(read_label_names(folder.file("b.tsv", "index\tname\tcolour\n1\twhite matter\t#fff\r\n12\tgrey, left\t#000\n")),
            expected);
  EXPECT_EQ(read_label_names(folder.file("c.txt", "# of the atlas\n1 white matter\n\n12 grey, left")), expected);
  EXPECT_EQ(read_label_names(folder.file("bom.csv",
                                         "\xef\xbb\xbf"
                                         "1,white matter\r\n12,\"grey, left\"\r\n")),
            expected);
  EXPECT_EQ(read_label_names(folder.file("mac.csv", "# of the atlas\r\rlabel;name\r1;white matter\r12;grey, left\r")),
            expected);
  EXPECT_EQ(
      read_label_names(folder.file("snap.txt", "1 255 0 0 1 1 1 \"white matter\"\n   12 0 255 0 0.5 1 1 \"grey, left\"\n")),
      expected);
  EXPECT_EQ(read_label_names(folder.file("lut.txt", "#No. Label Name: R G B A\n\n2  Left-White-Matter  245 245 245 0\n")),
            (Names{{2, "Left-White-Matter"}}));
  EXPECT_EQ(read_label_names(folder.file("quotes.tsv", "1\tone \"<b>\" more\n2\t=two\n")),
            (Names{{1, "one \"<b>\" more"}, {2, "=two"}}));
  for (const char* bad : {"-1 x\n", "GM,1\n", "{\"1\":\"GM\"}\n", "1 a\nlabel,name\n", "1 a\n1 b\n", "1234567890 a\n"})
    EXPECT_THROW(read_label_names(folder.file("bad.txt", bad)), base::InputError) << bad;
  EXPECT_THROW(read_label_names(folder.file("d.txt", "1 a\nb\n")), base::InputError);
  EXPECT_THROW(read_label_names(folder.file("e.txt", "1\n")), base::InputError);
}

}  // namespace
}  // namespace crbrt::viewer
