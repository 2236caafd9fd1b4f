// Script, picture and complaints live in one temporary folder for as long as gnuplot runs.
#include "tools/report/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

#include "base/error.h"
#include "base/number_text.h"
#include "base/read_file.h"

extern char** environ;

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

void run_gnuplot(const std::string& script, const std::string& complaints) {
  std::string program = "gnuplot", argument = script;
  char* arguments[] = {program.data(), argument.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 2, complaints.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    throw base::Error(base::exit_output, "the figures need gnuplot, which is not installed (Debian package gnuplot-nox)");
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("gnuplot failed: " + base::read_file(complaints, "messages of gnuplot"));
}

std::string number(double value) { return std::isfinite(value) ? base::number_text(value, "%.6g") : "NaN"; }

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result + "'";
}

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
  const std::string script = folder.file("script"), picture = folder.file("picture.svg");
  std::ofstream(script) << "set terminal svg size " << width_ << "," << height_
                        << " dynamic enhanced font 'sans-serif,12' background rgb 'white'\nset output " << in_quotes(picture)
                        << "\nset encoding utf8\n"
                        << script_;
  run_gnuplot(script, folder.file("complaints"));
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
