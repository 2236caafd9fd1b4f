// SPDX-License-Identifier: Apache-2.0
// The second table of a run: calls of few voxels, where what surrounds a network costs as much as the network. Ours are shown
// from coefficients, as they are used, and from features, where the peers start.
#include <set>

#include "base/number_text.h"
#include "bench/speed/report.h"

namespace crbrt::bench {
namespace {

using base::number_text;

constexpr std::size_t many_voxels = 64;

std::string time_of(const Result* r) {
  return r == nullptr ? "-" : number_text(1e6 * static_cast<double>(r->batch) / r->voxels_per_s, "%.2f us");
}

std::string times(const Result* ours, const Result* peer) {
  const std::optional<double> ratio = speedup(ours, peer);
  return ratio ? number_text(*ratio, "%.2f") : "-";
}

std::string peer_text(const Result* peer) {
  return peer == nullptr ? "-" : time_of(peer) + " (" + peer->kind.name + ", " + peer->kind.precision + ")";
}

std::string line(const Report& report, const std::string& network, std::size_t batch) {
  const Result* const peer = best_peer(report, network, batch, true);
  const Result* const integer_peer = best_peer(report, network, batch, false);
  const Result* const floating = best_own(report, network, batch, own_engine, true);
  const Result* const features = best_own(report, network, batch, own_features_engine, true);
  const Result* const integers = best_own(report, network, batch, own_engine, false);
  std::string text = "|";
  for (const std::string& cell :
       {network, std::to_string(batch), time_of(floating), time_of(features), peer_text(peer), times(floating, peer),
        times(features, peer), time_of(integers), peer_text(integer_peer), times(integers, integer_peer)})
    text.append(" ").append(cell).append(" |");
  return text + "\n";
}

}  // namespace

std::string few_voxels_text(const Report& report) {
  std::string text;
  std::set<std::pair<std::string, std::size_t>> seen;
  for (const Result& r : report.measured.results)
    if (r.batch < many_voxels && r.kind.isa == report.isa && seen.insert({r.network, r.batch}).second)
      text += line(report, r.network, r.batch);
  if (text.empty()) return "";
  return "\nFew voxels a call: time of a call; x is how many times as fast as the best peer that keeps to " + report.isa +
         "\n\n| network | batch | float | from features | best float peer, from features | x | x from features | integers | "
         "best "
         "8-bit peer, from features | x |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n" +
         text;
}

}  // namespace crbrt::bench
