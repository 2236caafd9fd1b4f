// The data go to gnuplot with the commands, as one text.
#include "tools/design/plot.h"

#include <cstdio>
#include <filesystem>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"

namespace crbrt::design {
namespace {

std::string commands(const physics::Sequence& sequence, const std::string& path) {
  std::ostringstream text;
  text << "set terminal pngcairo size 1200,700\nset output '" << path << "'\n$train << end_of_train\n";
  const physics::Cycle& cycle = sequence.cycles.front();
  for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k)
    text << k + 1 << ' ' << cycle.alpha_rad[k] << ' ' << cycle.trf_s[k] * 1e6 << '\n';
  text << "end_of_train\nset multiplot layout 2,1 title '" << sequence.name << "' noenhanced\n"
       << "unset key\nset grid\nset xrange [0:" << cycle.alpha_rad.size() << "]\n"
       << "set ylabel 'flip angle (rad)'\nplot $train using 1:2 with lines\n"
       << "set ylabel 'duration (us)'\nset xlabel 'pulse'\nplot $train using 1:3 with lines\nunset multiplot\n";
  return text.str();
}

}  // namespace

void plot_train(const physics::Sequence& sequence, const std::string& path) {
  base::AtomicFile file(path);
  const std::string text = commands(sequence, file.temporary().string());
  std::FILE* pipe = ::popen("gnuplot", "w");
  if (pipe == nullptr) throw base::OutputError(path, "gnuplot cannot be started");
  const bool written = std::fwrite(text.data(), 1, text.size(), pipe) == text.size();
  if (::pclose(pipe) != 0 || !written || std::filesystem::file_size(file.temporary()) == 0)
    throw base::OutputError(path, "gnuplot failed");
  file.commit();
}

}  // namespace crbrt::design
