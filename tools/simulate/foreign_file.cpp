// SPDX-License-Identifier: Apache-2.0
// Every data set is checked against the extents that /signal and /parameters promise, so that a transposed array is named.
#include "tools/simulate/foreign_file.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>

#include "base/error.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::simulate {
namespace {

using physics::Array;
using physics::Hdf5Reader;
using physics::Shape;
using physics::shape_text;

/// What follows the extents that are known: "[any, 3, 500]" is not enough for somebody whose array lies the other way round.
void expect_shape(const Hdf5Reader& file, const std::string& name, const Shape& found, const Shape& expected,
                  const std::string& meaning) {
  bool same = found.size() == expected.size();
  for (std::size_t i = 0; same && i < found.size(); ++i) same = expected[i] == Hdf5Reader::any || expected[i] == found[i];
  if (same) return;
  bool reversed = found.size() == expected.size() && found.size() > 1;
  for (std::size_t i = 0; reversed && i < found.size(); ++i) {
    const std::size_t extent = expected[found.size() - 1 - i];
    reversed = extent == Hdf5Reader::any || extent == found[i];
  }
  throw base::InputError(file.path(), "/" + name + " of shape " + shape_text(expected) + ", " + meaning,
                         shape_text(found) + (reversed ? ", the other way round" : ""));
}

/// Complex or real.
Array<std::complex<double>> numbers(const Hdf5Reader& file, const std::string& name) {
  if (!file.is_real(name)) return file.complex(name);
  const Array<double> real = file.real(name);
  return {real.shape, {real.values.begin(), real.values.end()}};
}

Eigen::MatrixXcd columns_of(const Array<std::complex<double>>& array) {
  const auto n = static_cast<Eigen::Index>(array.shape.back());
  return Eigen::Map<const Eigen::MatrixXcd>(array.values.data(), n, static_cast<Eigen::Index>(array.values.size()) / n);
}

const char* signals_name(const ForeignHead& head) { return head.is_compressed ? "coefficients" : "signal"; }

void read_signals(const Hdf5Reader& file, ForeignFile& to) {
  const std::string name = signals_name(to);
  const Array<std::complex<double>> signals = numbers(file, name);
  expect_shape(file, name, signals.shape, {static_cast<std::size_t>(to.parameters.cols()), Hdf5Reader::any},
               "a row for each of /parameters");
  if (signals.shape[1] == 0) throw base::InputError(to.path, "/" + name + " of at least one column", "none");
  to.signals = columns_of(signals);
}

/// Last extent: as the signals. Where those are coefficients, derivatives may be of frames as well; a basis tells.
std::size_t n_sample(const ForeignFile& to) {
  return to.is_compressed ? Hdf5Reader::any : static_cast<std::size_t>(to.signals.rows());
}

void read_jacobian(const Hdf5Reader& file, ForeignFile& to) {
  const Array<std::complex<double>> jacobian = numbers(file, "jacobian");
  expect_shape(file, "jacobian", jacobian.shape, {static_cast<std::size_t>(to.size()), to.unknowns.size(), n_sample(to)},
               "the derivative of every signal by every parameter");
  to.derivatives = columns_of(jacobian);
  to.derivatives_from = "/jacobian";
}

constexpr const char *differences_signal = "finite_difference/signal", *differences_step = "finite_difference/step";

/// Steps [n_unknown, N] from [P] or [N, P].
Eigen::MatrixXd read_steps(const Hdf5Reader& file, const ForeignFile& to) {
  const Array<double> steps = file.real(differences_step);
  const std::size_t n = to.unknowns.size();
  if (steps.shape == Shape{n})
    return Eigen::Map<const Eigen::VectorXd>(steps.values.data(), to.n_unknown()).replicate(1, to.size());
  expect_shape(file, differences_step, steps.shape, {static_cast<std::size_t>(to.size()), n},
               "or [" + std::to_string(n) + "], the distance in each parameter");
  return Eigen::Map<const Eigen::MatrixXd>(steps.values.data(), to.n_unknown(), to.size());
}

/// [N, P, n]: forward, (s(theta + step) - s) / step. [N, P, 2, n]: central, (s(theta + step) - s(theta - step)) / (2 step),
/// the minus side first.
void make_derivatives(const Hdf5Reader& file, ForeignFile& to) {
  const Eigen::MatrixXd steps = read_steps(file, to);
  const Array<std::complex<double>> moved = numbers(file, differences_signal);
  const auto n_row = static_cast<std::size_t>(to.size()), n_sample = static_cast<std::size_t>(to.signals.rows());
  const bool is_central = moved.shape.size() == 4;
  const Shape forward{n_row, to.unknowns.size(), n_sample}, central{n_row, to.unknowns.size(), 2, n_sample};
  expect_shape(file, differences_signal, moved.shape, is_central ? central : forward,
               is_central ? "signals at minus and at plus one step" : "signals one step on (or [.., 2, ..]: to both sides)");
  const Eigen::MatrixXcd signals = columns_of(moved);
  to.derivatives.resize(to.signals.rows(), to.size() * to.n_unknown());
  for (Eigen::Index i = 0; i < to.size(); ++i)
    for (Eigen::Index p = 0; p < to.n_unknown(); ++p) {
      const Eigen::Index column = i * to.n_unknown() + p;
      if (is_central)
        to.derivatives.col(column) = (signals.col(2 * column + 1) - signals.col(2 * column)) / (2 * steps(p, i));
      else
        to.derivatives.col(column) = (signals.col(column) - to.signals.col(i)) / steps(p, i);
    }
  to.derivatives_from = "/finite_difference";
}

void read_bounds(const Hdf5Reader& file, ForeignFile& to) {
  const auto n = static_cast<std::size_t>(to.size());
  const Array<double> crb = file.real("crb");
  expect_shape(file, "crb", crb.shape, {n, to.unknowns.size()}, "a variance of every parameter");
  to.crb = Eigen::Map<const Eigen::MatrixXd>(crb.values.data(), to.n_unknown(), to.size());
  if (!file.has("signal_per_m0_crb")) return;
  const Array<double> signal = file.real("signal_per_m0_crb");
  expect_shape(file, "signal_per_m0_crb", signal.shape, {n}, "a variance of the norm of every signal");
  to.signal_per_m0_crb = Eigen::Map<const Eigen::VectorXd>(signal.values.data(), to.size());
}

void read_information(const Hdf5Reader& file, ForeignFile& to) {
  if (to.information_from == "jacobian") return read_jacobian(file, to);
  if (to.information_from == differences_signal) return make_derivatives(file, to);
  read_bounds(file, to);
}

}  // namespace

void ForeignFile::keep(const std::vector<Eigen::Index>& kept) {
  if (static_cast<Eigen::Index>(kept.size()) == size()) return;
  std::vector<Eigen::Index> columns;
  for (const Eigen::Index i : kept)
    for (Eigen::Index p = 0; p < n_unknown(); ++p) columns.push_back(i * n_unknown() + p);
  std::vector<std::uint64_t> kept_rows;
  for (const Eigen::Index i : kept) kept_rows.push_back(rows[static_cast<std::size_t>(i)]);
  rows = std::move(kept_rows);
  parameters = parameters(Eigen::all, kept).eval();
  signals = signals(Eigen::all, kept).eval();
  if (derivatives.size() > 0) derivatives = derivatives(Eigen::all, columns).eval();
  if (crb.size() > 0) crb = crb(Eigen::all, kept).eval();
  if (signal_per_m0_crb.size() > 0) signal_per_m0_crb = signal_per_m0_crb(kept).eval();
}

ForeignFile read_foreign_file(const std::string& path, std::optional<double> tr_s) {
  const Hdf5Reader file(path);
  ForeignFile to;
  static_cast<ForeignHead&>(to) = read_foreign_head(path, tr_s);
  read_signals(file, to);
  read_information(file, to);
  to.rows.resize(static_cast<std::size_t>(to.size()));
  std::iota(to.rows.begin(), to.rows.end(), std::uint64_t{0});
  return to;
}

double largest_signal_norm(const ForeignHead& head) {
  const Eigen::MatrixXcd signals = columns_of(numbers(Hdf5Reader(head.path), signals_name(head)));
  double largest = 0;
  for (const auto& signal : signals.colwise())
    if (const double norm = signal.norm(); std::isfinite(norm)) largest = std::max(largest, norm);
  return largest;
}

}  // namespace crbrt::simulate
