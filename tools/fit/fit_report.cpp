// The same keys as crbrt-map, with one more status.
#include "tools/fit/fit_report.h"

#include <cstdio>

namespace crbrt::fit {

FitReport::FitReport(const volume::ImageOptions& options) : out_(options.out) {
  if (!options.stats.empty()) file_.emplace(options.stats);
}

void FitReport::save(const volume::RunStats& run, const FitStats& fit) {
  std::string counts;
  base::Json status;
  for (std::size_t i = 0; i < status_names.size(); ++i) {
    status[status_names[i]] = fit.status[i];
    if (fit.status[i] > 0)
      counts += (counts.empty() ? "" : ", ") + std::string(status_names[i]) + " " + std::to_string(fit.status[i]);
  }
  std::printf("%s: %llu voxels in %.2f s (reading %.2f s, fitting %.2f s, writing %.2f s); %s\n", out_.c_str(),
              static_cast<unsigned long long>(run.voxels), run.total_s, run.read_s, run.kernel_s, run.write_s, counts.c_str());
  if (!file_) return;
  base::Json json = run.to_json();
  json["status"] = status;
  json["simulations"] = fit.simulations;
  json["single_minimum"] = fit.single_minimum;
  base::write_text(file_->temporary(), json.dump(2) + "\n", file_->target());
  file_->commit();
}

}  // namespace crbrt::fit
