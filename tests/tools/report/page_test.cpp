// SPDX-License-Identifier: Apache-2.0
// Text that becomes part of one page.
#include "tools/report/page.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/temporary_folder.h"
#include "tools/report/gnuplot.h"

namespace crbrt::report {
namespace {

TEST(Page, TextCannotBecomeMarkup) {
  const Table table{"<t>", "<n>", {"<h>"}, {{"<c>"}}};
  const std::string html = table.html();
  for (const char* raw : {"<t>", "<n>", "<h>", "<c>"}) EXPECT_EQ(html.find(raw), std::string::npos) << raw;
}

TEST(Page, CellsAreColouredByWhatTheySay) {
  const std::string html = Table{"", "", {"a"}, {{"pass"}, {"fail"}, {"-1.5e-3"}, {"not measured"}, {"text"}}}.html();
  for (const char* cell : {"<td class=\"pass\">pass", "<td class=\"fail\">fail", "<td class=\"number\">-1.5e-3",
                           "<td class=\"open\">not measured", "<td>text"})
    EXPECT_NE(html.find(cell), std::string::npos) << cell;
}

TEST(Page, PicturesAreEmbeddedAsBase64) {
  const tests::TemporaryFolder folder;
  const std::string magic = "\x89PNG\r\n\x1a\n";
  EXPECT_EQ(png_address(folder.file("a.png", magic)), "data:image/png;base64,iVBORw0KGgo=");
  EXPECT_EQ(png_address(folder.file("b.png", magic + "x")), "data:image/png;base64,iVBORw0KGgp4");
  EXPECT_EQ(png_address(folder.file("c.png", magic + "xy")), "data:image/png;base64,iVBORw0KGgp4eQ==");
  EXPECT_THROW(png_address(folder.file("d.png", "GIF89a")), base::InputError);
  EXPECT_THROW(png_address(folder / "absent.png"), base::InputError);
}

TEST(InlineSvg, IdsArePrefixedWithTheirReferencesAndNameSpacesGo) {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 9 9\" xmlns=\"http://www.w3.org/2000/svg\" "
      "xmlns:xlink=\"http://www.w3.org/1999/xlink\"><title>Gnuplot</title><circle id='gpDot'/><use xlink:href='#gpDot'/>"
      "<g fill=\"url(#p)\"><image xlink:href='data:image/png;base64,AA'/></g></svg>";
  EXPECT_EQ(inline_svg(svg, "f1", 9),
            "<svg width=\"9\" viewBox=\"0 0 9 9\"><circle id='f1_gpDot'/><use href='#f1_gpDot'/>"
            "<g fill=\"url(#f1_p)\"><image href='data:image/png;base64,AA'/></g></svg>");
}

}  // namespace
}  // namespace crbrt::report
