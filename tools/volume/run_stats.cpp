// One list of keys, so that programs that compare runs need to know only one.
#include "tools/volume/run_stats.h"

#include <sys/resource.h>

namespace crbrt::volume {

base::Json RunStats::to_json() const {
  base::Json json;
  json["voxels"] = voxels;
  json["threads"] = threads;
  json["isa"] = isa.empty() ? base::Json() : base::Json(isa);
  json["precision"] = precision;
  json["model"] = model;
  json["macs_per_voxel"] = macs_per_voxel;
  json["read_s"] = read_s;
  json["kernel_s"] = kernel_s;
  json["write_s"] = write_s;
  json["total_s"] = total_s;
  json["peak_rss_bytes"] = peak_rss_bytes;
  json["status"] = volume::to_json(status);
  json["warnings"] = warnings;
  json.update(more);
  return json;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts KiB
}

}  // namespace crbrt::volume
