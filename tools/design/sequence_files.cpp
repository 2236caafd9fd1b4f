// A train as JSON and CSV, and as a picture by gnuplot, to which data and commands go as one text. The CSV takes its numbers
// from the JSON library, which prints doubles in their shortest round-trip form, so that both agree.
#include "tools/design/report.h"

#include <cstdio>
#include <filesystem>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"

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

std::string json_text(const physics::Sequence& sequence) {
  base::Json json;
  json["name"] = sequence.name;
  json["tr_s"] = sequence.tr_s;
  json["alpha_rad"] = sequence.cycles.front().alpha_rad;
  json["trf_s"] = sequence.cycles.front().trf_s;
  return json.dump() + "\n";
}

std::string csv_text(const physics::Sequence& sequence) {
  const auto& cycle = sequence.cycles.front();
  std::string text = "pulse,alpha_rad,trf_s\n";
  for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k)
    text +=
        std::to_string(k + 1) + "," + base::Json(cycle.alpha_rad[k]).dump() + "," + base::Json(cycle.trf_s[k]).dump() + "\n";
  return text;
}

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
