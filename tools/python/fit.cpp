// SPDX-License-Identifier: Apache-2.0
// crbrt.fit: nonlinear least squares of arrays in memory, as crbrt-fit does it of files.
#include <pybind11/eigen.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "physics/estimand.h"
#include "physics/io/sequence_io.h"
#include "physics/nlls/fit_range.h"
#include "physics/nlls/fitter.h"
#include "tools/map/outputs.h"
#include "tools/python/array_grid.h"
#include "tools/python/module.h"
#include "tools/python/physics.h"
#include "tools/volume/status_value.h"

namespace py = pybind11;

namespace crbrt::python {
namespace {

using physics::VoxelFit;

constexpr std::size_t part_size = 256;  // voxels between two looks at Ctrl-C

Eigen::MatrixXcd matrix_of(const ArrayGrid& grid, const std::vector<std::size_t>& voxels) {
  Eigen::MatrixXcd data(static_cast<Eigen::Index>(grid.n_coeff()), static_cast<Eigen::Index>(voxels.size()));
  std::vector<float> memory;
  for (std::size_t v = 0; v < voxels.size(); ++v) {
    const volume::VoxelRun run{voxels[v], 1};
    const Coefficients c = grid.view({&run, 1}, memory);
    for (std::size_t k = 0; k < c.n_coeff; ++k) {
      const std::size_t at = k * c.coefficient_stride;
      data(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(v)) = {static_cast<double>(c.real[at]),
                                                                          static_cast<double>(c.imag[at])};
    }
  }
  return data;
}

struct Quantities {
  std::vector<std::string> names, units;
  std::vector<physics::Estimand> estimands;
};

/// What the T1 model determines, in the order of the table of quantities.
Quantities quantities_of(const physics::Unknowns& unknowns) {
  Quantities all;
  for (const std::string& name : physics::Estimand::all_names()) {
    const auto estimand = physics::Estimand::from_name(name);
    if (!estimand->has_bound(unknowns) || estimand->is_of_signal()) continue;
    all.names.push_back(name);
    all.units.push_back(estimand->unit());
    all.estimands.push_back(*estimand);
  }
  return all;
}

std::vector<VoxelFit> fits_of(const physics::Fitter& fitter, const Eigen::MatrixXcd& data) {
  std::vector<VoxelFit> fits;
  for (Eigen::Index first = 0; first < data.cols(); first += static_cast<Eigen::Index>(part_size)) {
    const Eigen::Index n = std::min<Eigen::Index>(part_size, data.cols() - first);
    {
      const py::gil_scoped_release released;
      const std::vector<VoxelFit> part = fitter.fit(data.middleCols(first, n));
      fits.insert(fits.end(), part.begin(), part.end());
    }
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
  return fits;
}

py::dict fit(const py::array& coefficients, const physics::Sequence& sequence, const py::object& basis,
             const std::string& prior_path, const std::optional<py::array>& mask, const std::optional<double>& sigma,
             const std::string& order, const std::string& t1, std::size_t starts, bool map_prior, std::size_t threads,
             float fill) {
  expect_usable(sigma, threads);
  const auto u = basis_of(basis, sequence);
  if (!u) throw py::value_error("basis: expected a file or an array, found None");
  const ArrayGrid grid(coefficients, static_cast<std::size_t>(u->cols()), order, "the basis");
  const std::vector<std::size_t> voxels = grid.listed(mask).indices();
  const physics::Prior prior =
      prior_path.empty() ? physics::paper_fit_prior(sequence.tr_s) : physics::read_prior(prior_path, sequence.tr_s);
  physics::FitSettings settings;
  settings.t1_model = t1.empty() ? prior.t1_model : t1_model_of(t1);
  settings.n_start = starts;
  settings.sigma = sigma;
  settings.map_prior = map_prior;
  settings.n_thread = threads;
  const physics::Fitter fitter(sequence, *u, prior, settings);
  const std::vector<VoxelFit> fits = fits_of(fitter, matrix_of(grid, voxels));

  const physics::Unknowns& unknowns = fitter.range().unknowns();
  Quantities quantities = quantities_of(unknowns);
  const physics::Quantity& m0 = map::m0_quantity();
  const auto map_of = [&](const auto& value) {
    auto array = grid.filled(fill);
    for (std::size_t v = 0; v < fits.size(); ++v)
      if (physics::has_estimate(fits[v].status)) array.mutable_data()[voxels[v]] = static_cast<float>(value(fits[v]));
    return array;
  };
  py::list estimates, std;
  for (const physics::Estimand& estimand : quantities.estimands) {
    estimates.append(map_of([&](const VoxelFit& f) { return estimand.value(f.tissue, f.signal_norm); }));
    std.append(map_of([&](const VoxelFit& f) {
      return std::sqrt(estimand.bound(f.tissue, {.crb = f.variance, .signal_per_m0_crb = f.signal_variance}, unknowns));
    }));
  }
  auto status = grid.zeros<std::uint8_t>();
  std::fill_n(status.mutable_data(), grid.n_voxel(), static_cast<std::uint8_t>(volume::StatusValue::not_computed));
  for (std::size_t v = 0; v < fits.size(); ++v) status.mutable_data()[voxels[v]] = static_cast<std::uint8_t>(fits[v].status);
  py::dict result;
  quantities.names.emplace_back(m0.key);
  quantities.units.emplace_back("units of the coefficients");
  estimates.append(map_of([](const VoxelFit& f) { return std::abs(f.m0); }));
  std.append(map_of([](const VoxelFit& f) { return f.m0_std; }));
  result["names"] = quantities.names;
  result["units"] = quantities.units;
  result["estimates"] = estimates;
  result["std"] = std;
  result["status"] = status;
  result["residual"] = map_of([](const VoxelFit& f) { return f.residual_norm; });
  return result;
}

}  // namespace

void add_fit(py::module_& module) {
  py::list statuses;  // (value, name, meaning) of those that a model or a fit gives a voxel; refinements are of crbrt-map
  for (std::size_t i = 0; i < volume::status_texts.size(); ++i)
    if (static_cast<volume::StatusValue>(i) != volume::StatusValue::not_refined)
      statuses.append(py::make_tuple(i, volume::status_texts.at(i).name, volume::status_texts.at(i).meaning));
  module.attr("statuses") = statuses;
  module.def("fit", &fit, py::arg("coefficients"), py::arg("sequence"), py::arg("basis"), py::arg("prior"), py::arg("mask"),
             py::arg("sigma"), py::arg("order"), py::arg("t1"), py::arg("starts"), py::arg("map_prior"), py::arg("threads"),
             py::arg("fill"));
}

}  // namespace crbrt::python
