// SPDX-License-Identifier: Apache-2.0
// A train as JSON and CSV, and as a picture by gnuplot. The CSV takes its numbers
// from the JSON library, which prints doubles in their shortest round-trip form, so that both agree.
#include "tools/design/report.h"

#include <filesystem>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/gnuplot.h"
#include "base/json.h"

namespace crbrt::design {
namespace {

std::string commands(const physics::Sequence& sequence, const std::string& path) {
  std::ostringstream text;
  text << "set terminal pngcairo size 1200,700\nset output " << base::gnuplot_file(path) << "\n$train << end_of_train\n";
  const physics::Cycle& cycle = sequence.cycles.front();
  for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k)
    text << k + 1 << ' ' << cycle.alpha_rad[k] << ' ' << cycle.trf_s[k] * 1e6 << '\n';
  text << "end_of_train\nset multiplot layout 2,1 title " << base::gnuplot_text(sequence.name) << " noenhanced\n"
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
  base::run_gnuplot(commands(sequence, file.temporary().string()));
  if (std::filesystem::file_size(file.temporary()) == 0) throw base::OutputError(path, "gnuplot drew nothing");
  file.commit();
}

}  // namespace crbrt::design
