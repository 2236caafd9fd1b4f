// SPDX-License-Identifier: Apache-2.0
// crbrt.Sequence, simulate and crb: the exact physics on arrays.
#include <pybind11/eigen.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "base/warnings.h"
#include "physics/crb.h"
#include "physics/estimand.h"
#include "physics/io/plausible.h"
#include "physics/io/sequence_io.h"
#include "physics/quantity.h"
#include "physics/simulator.h"
#include "tools/python/module.h"
#include "tools/python/physics.h"
#include "tools/volume/named_basis.h"

namespace py = pybind11;

namespace crbrt::python {
namespace {

using physics::Parameter;
using physics::Sequence;
using physics::Tissue;
using Rows = std::vector<std::vector<double>>;

Sequence sequence_of(const Rows& alpha_rad, const Rows& trf_s, double tr_s, const std::string& name) {
  Sequence sequence{.name = name, .tr_s = tr_s, .cycles = {}};
  if (alpha_rad.size() != trf_s.size())
    throw py::value_error("trf_s: expected " + std::to_string(alpha_rad.size()) + " cycles, as many as alpha_rad has, found " +
                          std::to_string(trf_s.size()));
  for (std::size_t i = 0; i < alpha_rad.size(); ++i) sequence.cycles.push_back({alpha_rad[i], trf_s[i]});
  if (const std::string why = sequence.why_invalid(); !why.empty()) throw py::value_error("sequence: " + why);
  return sequence;
}

py::list columns_of(const Sequence& sequence, std::vector<double> physics::Cycle::*of) {
  py::list list;
  for (const physics::Cycle& cycle : sequence.cycles)
    list.append(py::array_t<double>(py::ssize_t((cycle.*of).size()), (cycle.*of).data()));
  return list;
}

/// A number in another unit is usually valid, and wrong: the first of each parameter is a UserWarning of whoever called.
void warn_of_odd(const std::vector<Tissue>& tissues) {
  for (std::size_t p = 0; p < physics::n_parameter; ++p) {
    const physics::Quantity& quantity = physics::quantity_of(static_cast<Parameter>(p));
    for (std::size_t i = 0; i < tissues.size(); ++i) {
      const std::string why = physics::why_implausible(quantity, tissues[i].values()[p]);
      if (why.empty()) continue;
      const std::string words = "tissue " + std::to_string(i) + ": " + std::string(quantity.key) + " is " + why +
                                "; tissues have " + physics::plausible_range(quantity);
      if (PyErr_WarnEx(PyExc_UserWarning, words.c_str(), 2) != 0) throw py::error_already_set();
      break;
    }
  }
}

/// values [n_tissue, n_parameter] in the order of Parameter; whoever calls has filled in what was not told.
std::vector<Tissue> tissues_of(const py::array_t<double, py::array::c_style | py::array::forcecast>& values) {
  const auto rows = values.unchecked<2>();
  std::vector<Tissue> tissues;
  for (py::ssize_t i = 0; i < rows.shape(0); ++i) {
    std::array<double, physics::n_parameter> one{};
    for (py::ssize_t p = 0; p < rows.shape(1); ++p) one[static_cast<std::size_t>(p)] = rows(i, p);
    tissues.push_back(Tissue::from_values(one));
    if (const std::string_view why = physics::why_invalid(tissues.back()); !why.empty())
      throw py::value_error("tissue " + std::to_string(i) + ": " + std::string(why));
  }
  warn_of_odd(tissues);
  return tissues;
}

struct Simulated {
  physics::Signals signals, jacobian;
};

/// Without the GIL.
Simulated simulated(const Sequence& sequence, const std::vector<Tissue>& tissues, const std::optional<physics::Basis>& basis,
                    bool has_derivatives) {
  const py::gil_scoped_release released;
  const physics::Simulator simulator(sequence, physics::TissueDomain::of(tissues));
  Simulated result;
  if (basis && has_derivatives)
    simulator.simulate_projected(tissues, *basis, result.signals, result.jacobian);
  else if (basis)
    simulator.simulate_projected(tissues, *basis, result.signals);
  else if (has_derivatives)
    simulator.simulate(tissues, result.signals, result.jacobian);
  else
    simulator.simulate(tissues, result.signals);
  return result;
}

/// (signals [n_tissue, n], derivatives [n_tissue, n_parameter, n] or None); n is the number of frames, or of coefficients with
/// a basis.
py::tuple simulate(const Sequence& sequence, const py::array_t<double>& values, const py::object& basis, bool has_derivatives) {
  const std::vector<Tissue> tissues = tissues_of(values);
  const Simulated s = simulated(sequence, tissues, basis_of(basis, sequence), has_derivatives);
  const auto n = static_cast<py::ssize_t>(s.signals.rows()), n_tissue = static_cast<py::ssize_t>(tissues.size());
  py::array_t<std::complex<double>> signals({n_tissue, n});
  std::copy_n(s.signals.data(), s.signals.size(), signals.mutable_data());
  if (!has_derivatives) return py::make_tuple(signals, py::none());
  py::array_t<std::complex<double>> derivatives({n_tissue, py::ssize_t{physics::n_parameter}, n});
  std::copy_n(s.jacobian.data(), s.jacobian.size(), derivatives.mutable_data());
  return py::make_tuple(signals, derivatives);
}

/// {quantity: [n_tissue] variance in squared SI units at M0 = sigma = 1}
py::dict crb(const Sequence& sequence, const py::array_t<double>& values, const py::object& basis, const std::string& t1) {
  const physics::Unknowns unknowns(t1_model_of(t1));
  const std::vector<Tissue> tissues = tissues_of(values);
  const Simulated s = simulated(sequence, tissues, basis_of(basis, sequence), true);
  std::vector<physics::Bounds> bounds;
  constexpr auto n = static_cast<Eigen::Index>(physics::n_parameter);
  for (Eigen::Index i = 0; i < s.signals.cols(); ++i)
    bounds.push_back(physics::cramer_rao_bound(s.signals.col(i), s.jacobian.middleCols(i * n, n), unknowns));
  py::dict result;
  for (const std::string& name : physics::Estimand::all_names()) {
    const auto estimand = physics::Estimand::from_name(name);
    if (!estimand->has_bound(unknowns)) continue;
    py::array_t<double> variance(static_cast<py::ssize_t>(tissues.size()));
    for (std::size_t i = 0; i < tissues.size(); ++i)
      variance.mutable_at(static_cast<py::ssize_t>(i)) = estimand->bound(tissues[i], bounds[i], unknowns);
    result[name.c_str()] = variance;
  }
  return result;
}

}  // namespace

physics::T1Model t1_model_of(const std::string& text) {
  for (const physics::T1Model model : {physics::T1Model::apparent, physics::T1Model::separate})
    if (text == physics::name(model)) return model;
  throw py::value_error("t1: expected apparent or separate, found " + text);
}

std::optional<physics::Basis> basis_of(const py::object& basis, const Sequence& sequence) {
  if (basis.is_none()) return std::nullopt;
  if (py::isinstance<py::str>(basis)) {
    base::Warnings warnings("crbrt");
    return volume::load_basis(basis.cast<std::string>(), 0, sequence, warnings);
  }
  const auto array = py::array::ensure(basis);
  if (!array || array.ndim() != 2 || static_cast<std::size_t>(array.shape(0)) != sequence.n_frame())
    throw py::value_error("basis: expected a file, or an array [frame, coefficient] of " + std::to_string(sequence.n_frame()) +
                          " frames, as many as the sequence has, found " +
                          (array && array.ndim() > 0 ? "one of the shape " + py::str(array.attr("shape")).cast<std::string>()
                                                     : py::str(py::type::of(basis)).cast<std::string>()));
  const Eigen::MatrixXcd u = array.cast<Eigen::MatrixXcd>();
  // Single precision leaves 1e-6 of columns that were orthonormal.
  if (!(u.adjoint() * u).isIdentity(1e-4)) throw py::value_error("basis: expected orthonormal columns, found others");
  return physics::Basis(u);
}

void add_physics(py::module_& module) {
  py::class_<Sequence>(module, "Sequence")
      .def(py::init(&sequence_of), py::arg("alpha_rad"), py::arg("trf_s"), py::arg("tr_s"), py::arg("name"))
      .def_static("read", &physics::read_sequence, py::arg("path"), py::arg("tr_s"))
      .def_readonly("name", &Sequence::name)
      .def_readonly("tr_s", &Sequence::tr_s)
      .def_property_readonly("n_frame", &Sequence::n_frame)
      .def_property_readonly("alpha_rad", [](const Sequence& s) { return columns_of(s, &physics::Cycle::alpha_rad); })
      .def_property_readonly("trf_s", [](const Sequence& s) { return columns_of(s, &physics::Cycle::trf_s); })
      .def_property_readonly("sha256", [](const Sequence& s) { return physics::sha256_of(s); });
  py::list names;
  for (std::size_t p = 0; p < physics::n_parameter; ++p) names.append(std::string(physics::name(static_cast<Parameter>(p))));
  module.attr("parameters") = py::tuple(names);
  py::list rows;
  for (const physics::Quantity& q : physics::quantities()) rows.append(py::make_tuple(q.key, q.unit, q.description));
  module.attr("quantities") = rows;  // (key, SI unit, what it is)
  module.def("simulate", &simulate, py::arg("sequence"), py::arg("values"), py::arg("basis"), py::arg("derivatives"));
  module.def("crb", &crb, py::arg("sequence"), py::arg("values"), py::arg("basis"), py::arg("t1"));
}

}  // namespace crbrt::python
