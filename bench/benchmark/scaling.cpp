// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark/scaling.h"

#include <cmath>

#include "base/json_reader.h"
#include "bench/benchmark/estimator.h"
#include "bench/benchmark/timing.h"

namespace crbrt::bench {

using base::Json;

double fitted_exponent(const std::vector<std::pair<double, double>>& points) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto n = static_cast<double>(points.size());
  for (const auto& [a, b] : points) {
    x += std::log(a) / n;
    y += std::log(b) / n;
  }
  for (const auto& [a, b] : points) {
    xx += (std::log(a) - x) * (std::log(a) - x);
    xy += (std::log(a) - x) * (std::log(b) - y);
  }
  return xy / xx;
}

Json scaling_with_voxels(const Program& program, std::size_t repeats) {
  Json batches = Json::array();
  std::vector<std::pair<double, double>> points;
  for (const std::size_t n :
       {std::size_t{1}, std::size_t{8}, std::size_t{64}, std::size_t{1024}, std::size_t{16384}, std::size_t{262144}}) {
    std::vector<double> us;
    for (std::size_t i = 0; i < repeats; ++i) us.push_back(network_us(program, n, 0.01));
    Json batch{{"voxels", n}};
    add_timing(batch, "us_per_voxel", us, 1);
    if (n >= 64) points.emplace_back(static_cast<double>(n), static_cast<double>(n) * batch["us_per_voxel"].number());
    batches.push_back(std::move(batch));
  }
  return {{"batches", std::move(batches)}, {"exponent", fitted_exponent(points)}};
}

Json scaling_with_size(const std::vector<TimedNetwork>& networks, std::size_t repeats) {
  Json timed = Json::array();
  std::vector<std::pair<double, double>> points;
  for (const TimedNetwork& network : networks) {
    std::vector<double> us;
    for (std::size_t i = 0; i < repeats; ++i) us.push_back(network_us(*network.program, 1024, 0.01));
    Json entry{{"name", network.name}, {"macs_per_voxel", network.program->macs_per_voxel}};
    add_timing(entry, "us_per_voxel", us, 1);
    points.emplace_back(static_cast<double>(network.program->macs_per_voxel), entry["us_per_voxel"].number());
    timed.push_back(std::move(entry));
  }
  return {{"networks", std::move(timed)}, {"exponent", fitted_exponent(points)}};
}

Json simulation_throughput(const Problem& problem, std::size_t repeats) {
  std::vector<physics::Tissue> tissues;
  for (std::uint64_t i = 0; i < 32; ++i) tissues.push_back(problem.prior.draw(3, i));
  std::vector<double> plain, with_derivatives;
  physics::Signals coefficients, jacobian;
  const auto us = [&](double begin) { return (processor_s() - begin) * 1e6 / static_cast<double>(tissues.size()); };
  for (std::size_t i = 0; i < repeats; ++i) {
    double begin = processor_s();
    problem.simulator.simulate_projected(tissues, problem.set.basis, coefficients);
    plain.push_back(us(begin));
    begin = processor_s();
    problem.simulator.simulate_projected(tissues, problem.set.basis, coefficients, jacobian);
    with_derivatives.push_back(us(begin));
  }
  Json json = Json::object();
  add_timing(json, "us_per_fingerprint", plain, 1);
  add_timing(json, "us_with_derivatives", with_derivatives, 1);
  return json;
}

Json training_throughput(const std::string& path) {
  const auto file = base::JsonReader::from_file(path);
  const double fingerprints = file.at("fingerprints").positive();
  const std::vector<base::JsonReader> runs = file.at("runs").items();
  if (runs.empty() || runs.size() % 2 != 0) file.at("runs").fail("pairs of a short and a longer run");
  std::vector<double> us, per_s;
  for (std::size_t i = 0; i < runs.size(); i += 2) {
    const double epochs = runs[i + 1].at("epochs").positive() - runs[i].at("epochs").positive();
    const double seconds = runs[i + 1].at("processor_s").positive() - runs[i].at("processor_s").positive();
    if (!(epochs > 0)) runs[i + 1].at("epochs").fail("more epochs than the run before");
    if (!(seconds > 0)) runs[i + 1].at("processor_s").fail("more time than the run before");
    us.push_back(1e6 * seconds / (epochs * fingerprints));
    per_s.push_back(1e6 / us.back());
  }
  Json json{{"model", file.at("model").text()}, {"fingerprints_per_epoch", fingerprints}};
  add_timing(json, "us_per_fingerprint", us, 1);
  add_timing(json, "fingerprints_per_s", per_s, 1);
  return json;
}

}  // namespace crbrt::bench
