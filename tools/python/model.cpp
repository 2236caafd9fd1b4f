// SPDX-License-Identifier: Apache-2.0
// crbrt.Model: a model file, and maps of arrays in memory by the estimator of crbrt-map.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/model_file.h"
#include "base/parallel.h"
#include "tools/map/error_bars.h"
#include "tools/map/error_bars.h"
#include "tools/map/outputs.h"
#include "tools/map/voxel_estimator.h"
#include "tools/python/array_grid.h"
#include "tools/python/module.h"

namespace py = pybind11;

namespace crbrt::python {
namespace {

constexpr std::size_t batch_size = map::VoxelEstimator::batch_size;

/// Python may drop its model while a map of it runs in another thread: whoever runs shares it.
struct LoadedModel {
  std::string path;
  Model model;
};

const Program& program_of(const LoadedModel& loaded, const std::string& precision) {
  if (precision == "float") return loaded.model.program();
  if (precision != "integer") throw py::value_error("precision: expected float or integer, found " + precision);
  if (loaded.model.integer_program() == nullptr)
    throw base::DisagreementError(loaded.path, "a model with an integer form (precision=\"integer\")", "one without");
  return *loaded.model.integer_program();
}

/// Arrays of the grid, [map], and where their voxels lie.
struct Planes {
  py::list arrays;
  std::vector<float*> data;

  void add(const ArrayGrid& grid, float fill) {
    auto array = grid.filled(fill);
    data.push_back(array.mutable_data());
    arrays.append(std::move(array));
  }
};

py::dict map_array(const std::shared_ptr<LoadedModel>& loaded, const py::array& coefficients,
                   const std::optional<py::array>& mask, const std::optional<double>& sigma, const std::string& order,
                   unsigned threads, const std::string& precision, float fill) {
  const Program& program = program_of(*loaded, precision);
  expect_usable(sigma, threads);
  if (sigma && program.uncertainty == nullptr)
    throw base::DisagreementError(loaded->path, "a model that predicts standard deviations (sigma)", "one without");
  const ArrayGrid grid(coefficients, program.n_coeff, order, "the model " + loaded->model.info().name);
  const volume::VoxelList voxels = grid.listed(mask);

  const std::size_t n_map = program.n_output + (map::signal_per_m0_output(program) ? 1u : 0u);
  Planes estimates, std, atypicality;
  for (std::size_t i = 0; i < n_map; ++i) {
    estimates.add(grid, fill);
    if (sigma) std.add(grid, fill);
  }
  if (program.atypicality != nullptr) atypicality.add(grid, fill);
  auto status = grid.zeros<std::uint8_t>(), is_atypical = grid.zeros<std::uint8_t>();
  std::uint8_t* const status_of = status.mutable_data();
  std::uint8_t* const is_atypical_of = is_atypical.mutable_data();
  std::fill_n(status_of, grid.n_voxel(), static_cast<std::uint8_t>(VoxelStatus::not_computed));

  struct Worker {
    map::VoxelEstimator estimator;
    map::BatchMaps maps;
    std::vector<VoxelStatus> status;
    std::vector<volume::VoxelRun> runs;
    std::vector<float> memory;
  };
  const auto work = [&](Worker& worker, std::size_t first) {
    const std::size_t n = std::min(batch_size, voxels.size() - first);
    worker.runs.clear();
    voxels.append_runs(first, n, worker.runs);
    const Coefficients c = grid.view(worker.runs, worker.memory);
    worker.status.resize(n);
    worker.estimator.estimate(c, worker.maps, worker.status);
    const auto put = [&](std::span<const float> plane, float* to) {
      std::size_t v = 0;
      for (const volume::VoxelRun& run : worker.runs) {
        std::copy_n(plane.data() + v, run.count, to + run.first);
        v += run.count;
      }
    };
    for (std::size_t i = 0; i < n_map; ++i) {
      put(worker.maps.plane(worker.maps.estimates, i), estimates.data[i]);
      if (sigma) put(worker.maps.plane(worker.maps.std, i), std.data[i]);
    }
    if (!atypicality.data.empty()) put(worker.maps.atypicality, atypicality.data[0]);
    std::size_t v = 0;
    for (const volume::VoxelRun& run : worker.runs)
      for (std::size_t at = run.first; at < run.first + run.count; ++at, ++v) {
        status_of[at] = static_cast<std::uint8_t>(map::status_of(worker.maps, v));
        if (worker.estimator.is_atypical_voxel(c, worker.maps, v)) is_atypical_of[at] = 1;
        if (fill == 0 || map::has_estimate(worker.status[v])) continue;
        for (const Planes* planes : {&estimates, &std, &atypicality})
          for (float* const plane : planes->data) plane[at] = fill;
      }
  };
  {
    const py::gil_scoped_release released;
    const std::size_t n_batch = (voxels.size() + batch_size - 1) / batch_size;
    const auto n_thread = static_cast<unsigned>(std::min<std::size_t>(threads, std::max<std::size_t>(n_batch, 1)));
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned t = 0; t < n_thread; ++t)
      workers.push_back(
          std::make_unique<Worker>(Worker{map::VoxelEstimator(program, Isa::automatic, sigma.value_or(0)), {}, {}, {}, {}}));
    base::for_each_index(
        n_batch, n_thread, [&](unsigned thread, std::size_t batch) { work(*workers[thread], batch * batch_size); }, 1);
  }

  py::dict result;
  py::list names, units;
  for (std::size_t i = 0; i < program.n_output; ++i) {
    names.append(program.outputs[i].name);
    units.append(program.outputs[i].unit);
  }
  if (n_map > program.n_output) {
    names.append(std::string(map::m0_quantity().key));
    units.append("units of the coefficients");
  }
  result["names"] = names;
  result["units"] = units;
  result["estimates"] = estimates.arrays;
  result["std"] = std.arrays;
  result["status"] = status;
  if (!atypicality.data.empty()) {
    result["atypicality"] = atypicality.arrays[0];
    result["is_atypical"] = is_atypical.attr("view")("bool");
  }
  return result;
}

py::dict info_of(const LoadedModel& loaded) {
  const ModelInfo& info = loaded.model.info();
  const Program& program = loaded.model.program();
  py::dict dict, ranges;
  py::list names;
  py::dict units;
  for (std::size_t i = 0; i < program.n_output; ++i) {
    const Output& output = program.outputs[i];
    names.append(output.name);
    units[output.name] = output.unit;
    ranges[output.name] = py::make_tuple(output.minimum, output.maximum);
  }
  dict["name"] = info.name;
  dict["sha256"] = info.content_sha256;
  dict["outputs"] = names;
  dict["units"] = units;
  dict["ranges"] = ranges;
  dict["n_coeff"] = info.n_coeff;
  dict["n_frame"] = info.n_frame;
  dict["tr_s"] = info.tr_s;
  dict["sequence_name"] = info.sequence_name;
  dict["sequence_sha256"] = info.sequence_sha256;
  dict["basis_sha256"] = info.basis_sha256;
  dict["snr"] = py::make_tuple(info.snr_min, info.snr_max);
  dict["has_std"] = info.has_uncertainty;
  dict["has_atypicality"] = info.has_atypicality;
  dict["has_integers"] = loaded.model.integer_program() != nullptr;
  dict["has_forward_part"] = loaded.model.forward_program() != nullptr;
  dict["macs_per_voxel"] = program.macs_per_voxel;
  dict["licence"] = info.licence;
  return dict;
}

/// The largest ||c|| / sigma of training; None for a model without standard deviations.
std::optional<double> most_norm_over_sigma(const LoadedModel& loaded) {
  const Uncertainty* const u = loaded.model.program().uncertainty;
  if (u == nullptr) return std::nullopt;
  return std::exp(-static_cast<double>(u->log_noise_center) - static_cast<double>(u->log_noise_min));
}

/// The basis [n_frame, n_coeff]; None where the file does not hold it.
py::object basis_of(const LoadedModel& loaded) {
  const ModelInfo& info = loaded.model.info();
  if (info.basis.empty()) return py::none();
  return to_numpy(physics::identity_of_model(info).basis);
}

}  // namespace

void add_model(py::module_& module) {
  py::class_<LoadedModel, std::shared_ptr<LoadedModel>>(module, "Model")
      .def(py::init([](const std::string& path) {
             return std::make_shared<LoadedModel>(LoadedModel{path, base::load_model(path)});
           }),
           py::arg("path"))
      .def("map", &map_array, py::arg("coefficients"), py::arg("mask"), py::arg("sigma"), py::arg("order"), py::arg("threads"),
           py::arg("precision"), py::arg("fill"))
      .def("info", &info_of)
      .def("most_norm_over_sigma", &most_norm_over_sigma)
      .def("basis", &basis_of);
}

}  // namespace crbrt::python
