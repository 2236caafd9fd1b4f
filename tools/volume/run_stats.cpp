// SPDX-License-Identifier: Apache-2.0
// One list of keys, so that programs that compare runs need to know only one.
#include "tools/volume/run_stats.h"

#include <fstream>

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

// VmHWM: what getrusage() counts begins with the memory of the program that started this one.
std::uint64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;  // KiB
  return 0;
}

}  // namespace crbrt::volume
