// SPDX-License-Identifier: Apache-2.0
/// HTML text: one page that needs nothing but itself.
#pragma once

#include <string>
#include <vector>

namespace crbrt::report {

/// A table. Cells "pass", "fail" and "not measured" are coloured; numbers align right.
struct Table {
  std::string title, note;  ///< plain text
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::string html() const;
};

/// An extra table: a comparison that another program made.
/// FILE.csv with a header line (RFC 4180: quoted cells may hold commas, quotes and line breaks), or FILE.json: an array of
/// objects with the same keys, or {"columns": [...], "rows": [[...], ...]}. Throws base::InputError.
Table read_table(const std::string& title, const std::string& path);

/// A figure: pictures (SVG or <img>), what is seen.
struct Figure {
  std::string id;       ///< "figure4"
  std::string title;    ///< "Figure 4. Bias and standard deviation ..."
  std::string caption;  ///< plain text
  std::vector<std::string> pictures;
  std::vector<std::string> folded;  ///< pictures behind a fold
  std::string html() const;
};

/// data:image/png;base64,... Throws base::InputError when the file is no PNG.
std::string png_address(const std::string& path);

/// The whole document around its sections.
std::string page(const std::string& title, const std::string& body);

}  // namespace crbrt::report
