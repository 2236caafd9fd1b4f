// SPDX-License-Identifier: Apache-2.0
// The picture lives in a temporary folder for as long as gnuplot runs.
#include "tools/report/gnuplot.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <stdexcept>

#include "base/error.h"
#include "base/gnuplot.h"
#include "base/number_text.h"
#include "base/read_file.h"

namespace crbrt::report {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "crbrt-report-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw base::OutputError(path_, "no temporary folder can be made");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string number(double value) { return std::isfinite(value) ? base::number_text(value, "%.6g") : "NaN"; }

}  // namespace

Plot::Plot(int width, int height) : width_(width), height_(height) {}

std::string Plot::data(const std::vector<std::vector<double>>& rows) {
  const std::string name = "$data" + std::to_string(++n_block_);
  script_ += name + " << END_OF_DATA\n";
  for (const auto& row : rows) {
    for (const double value : row) script_ += number(value) + " ";
    script_ += "\n";
  }
  script_ += "END_OF_DATA\n";
  return name;
}

void Plot::panels(int rows, int columns, int right) {
  constexpr double left = 66, bottom = 62, top = 38;  // pixels for tics and labels, and for a title
  const double w = width_, h = height_;
  line("set multiplot layout " + std::to_string(rows) + "," + std::to_string(columns) + " margins " + number(left / w) + "," +
       number(1 - right / w) + "," + number(bottom / h) + "," + number(1 - top / h) + " spacing " + number((left + 14) / w) +
       "," + number((bottom + top) / h));
}

std::string Plot::svg(const std::string& prefix) const {
  const TemporaryFolder folder;
  const std::string picture = folder.file("picture.svg");
  base::run_gnuplot("set terminal svg size " + std::to_string(width_) + "," + std::to_string(height_) +
                    " dynamic enhanced font 'sans-serif,12' background rgb 'white'\nset output " + base::gnuplot_file(picture) +
                    "\nset encoding utf8\n" + script_);
  const std::string svg = base::read_file(picture, "a picture by gnuplot");
  if (svg.find("</svg>") == std::string::npos) throw std::runtime_error("gnuplot drew no picture for " + prefix);
  return inline_svg(svg, prefix, width_);
}

std::string inline_svg(std::string svg, const std::string& prefix, int width) {
  svg.erase(0, svg.find("<svg"));
  svg.insert(4, " width=\"" + std::to_string(width) + "\"");
  svg = std::regex_replace(svg, std::regex(R"re( ?xmlns(:xlink)?="[^"]*")re"), "");
  svg = std::regex_replace(svg, std::regex(R"re(<title>Gnuplot</title>|<title>\$data[^<]*</title>|<desc>[^<]*</desc>)re"), "");
  // Both kinds of quotes occur. References to data: URIs do not begin with '#' and stay.
  svg = std::regex_replace(svg, std::regex(R"re(( id=['"]))re"), "$1" + prefix + "_");
  svg = std::regex_replace(svg, std::regex(R"re(xlink:href=(['"])#)re"), "href=$1#" + prefix + "_");
  svg = std::regex_replace(svg, std::regex(R"re(xlink:href=)re"), "href=");
  return std::regex_replace(svg, std::regex(R"re(url\(#)re"), "url(#" + prefix + "_");
}

}  // namespace crbrt::report
