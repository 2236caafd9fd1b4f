// SPDX-License-Identifier: Apache-2.0
// The module crbrt._crbrt, which tools/python/crbrt/__init__.py wraps: errors of our libraries as exceptions with the same
// words.
#include "tools/python/module.h"

#include <pybind11/eigen.h>

#include <iomanip>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "crbrt/version.h"
#include "tools/map/voxel_estimator.h"

namespace py = pybind11;

namespace crbrt::python {

void expect_usable(const std::optional<double>& sigma, std::size_t threads) {
  if (threads < 1) throw py::value_error("threads: expected 1 or more, found 0");
  if (!sigma || map::is_noise(*sigma)) return;
  std::ostringstream words;
  words << "sigma: expected a number from " << std::setprecision(2) << std::numeric_limits<float>::min() << " to "
        << std::numeric_limits<float>::max() << " (normal in single precision), found " << std::setprecision(6) << *sigma;
  throw py::value_error(words.str());
}

py::array to_numpy(const physics::Basis& basis) {
  if (basis.is_complex()) return py::cast(basis.complex());
  return py::cast(basis.real());
}

}  // namespace crbrt::python

PYBIND11_MODULE(_crbrt, module) {
  using namespace crbrt;
  // The last that is registered is asked first.
  static const py::exception<base::Error> error(module, "Error", PyExc_ValueError);
  static const py::exception<base::InputError> input(module, "InputError", error);
  static const py::exception<base::DisagreementError> disagreement(module, "DisagreementError", error);
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const base::Error& e) {  // by the exit code: a reader that knows the place in its file throws a plain Error
      py::handle kind = error;
      if (e.code() == base::exit_input) kind = input;
      if (e.code() == base::exit_disagreement) kind = disagreement;
      PyErr_SetString(kind.ptr(), e.what());
    }
  });
  module.attr("__version__") = CRBRT_VERSION_STRING;
  python::add_model(module);
  python::add_physics(module);
  python::add_fit(module);
}
