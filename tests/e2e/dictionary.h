// SPDX-License-Identifier: Apache-2.0
/// Dictionaries of another simulator, and crbrt-simulate --from on them. The simulator is an inversion recovery of spin echoes
/// in closed form, with times in milliseconds.
#pragma once

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "physics/io/dataset.h"
#include "physics/io/hdf5_handle.h"
#include "physics/io/hdf5_writer.h"
#include "tests/support/run_program.h"
#include "tests/support/temporary_folder.h"

namespace crbrt::tests {

inline constexpr Eigen::Index n_frame = 24;

/// s_k = (1 - 2 exp(-TI_k / T1)) exp(-TE_k / T2), T1 and T2 in ms.
inline Eigen::VectorXcd signal_of(double t1, double t2) {
  Eigen::VectorXcd s(n_frame);
  for (Eigen::Index k = 0; k < n_frame; ++k) {
    const double ti = 40.0 * static_cast<double>(k + 1), te = 5.0 + 10 * static_cast<double>(k % 6);
    s[k] = (1 - 2 * std::exp(-ti / t1)) * std::exp(-te / t2);
  }
  return s;
}

inline Eigen::VectorXcd slope_of(double t1, double t2, int parameter) {
  Eigen::VectorXcd s = signal_of(t1, t2);
  for (Eigen::Index k = 0; k < n_frame; ++k) {
    const double ti = 40.0 * static_cast<double>(k + 1), te = 5.0 + 10 * static_cast<double>(k % 6);
    s[k] = parameter == 0 ? -2 * std::exp(-ti / t1) * ti / (t1 * t1) * std::exp(-te / t2) : s[k] * te / (t2 * t2);
  }
  return s;
}

/// What the tests spoil before it is written.
struct Dictionary {
  Eigen::MatrixXd parameters;  ///< [2, N]
  Eigen::MatrixXcd signals;    ///< [n_frame, N]
  Eigen::MatrixXcd jacobian;   ///< [n_frame, 2 N]; empty: none
  Eigen::MatrixXcd moved;      ///< [n_frame, 2 N] or [n_frame, 4 N]; empty: none
  Eigen::MatrixXd crb;         ///< [2, N]; empty: none
  std::vector<double> step{1, 0.1};
  std::vector<std::string> names{"T1", "T2"}, units{"ms", "ms"}, unknowns;
  std::function<void(physics::Hdf5Writer&)> more = [](physics::Hdf5Writer&) {};
  bool has_name = true;
};

inline Dictionary grid(int n_t1 = 20, int n_t2 = 15) {
  Dictionary d;
  const Eigen::Index n = n_t1 * n_t2;
  d.parameters.resize(2, n);
  d.signals.resize(n_frame, n);
  d.jacobian.resize(n_frame, 2 * n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double t1 = 400 * std::pow(5.0, static_cast<double>(i % n_t1) / n_t1),
                 t2 = 40 * std::pow(3.0, static_cast<double>(i / n_t1) / n_t2);
    d.parameters.col(i) << t1, t2;
    d.signals.col(i) = signal_of(t1, t2);
    for (int p = 0; p < 2; ++p) d.jacobian.col(2 * i + p) = slope_of(t1, t2, p);
  }
  return d;
}

/// Central differences with steps of 1 ms and 0.1 ms, or forward ones.
inline void use_differences(Dictionary& d, bool is_central) {
  const Eigen::Index n = d.parameters.cols(), n_side = is_central ? 2 : 1;
  d.jacobian.resize(0, 0);
  d.moved.resize(n_frame, 2 * n * n_side);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index p = 0; p < 2; ++p)
      for (Eigen::Index side = 0; side < n_side; ++side) {
        Eigen::Vector2d at = d.parameters.col(i);
        at[p] += (side + 1 == n_side ? 1 : -1) * d.step[static_cast<std::size_t>(p)];
        d.moved.col((2 * i + p) * n_side + side) = signal_of(at[0], at[1]);
      }
}

class SimulateFrom : public testing::Test {
 protected:
  std::string write(const Dictionary& d, const std::string& name = "dictionary.h5") {
    const std::string path = folder_ / name;
    physics::Hdf5Writer file(path, path);
    const auto n = static_cast<std::size_t>(d.parameters.cols()), n_parameter = static_cast<std::size_t>(d.parameters.rows());
    file.write("parameters", {n, n_parameter}, d.parameters.data());
    if (!d.names.empty()) file.attribute("parameters", "names", d.names);
    if (!d.units.empty()) file.attribute("parameters", "units", d.units);
    if (d.signals.size() > 0) file.write("signal", {n, n_frame}, d.signals.data());
    if (d.jacobian.size() > 0)
      file.write("jacobian", {n, static_cast<std::size_t>(d.jacobian.cols()) / n, n_frame}, d.jacobian.data());
    if (d.jacobian.size() > 0 && !d.unknowns.empty()) file.attribute("jacobian", "names", d.unknowns);
    if (d.crb.size() > 0) file.write("crb", {n, 2}, d.crb.data());
    if (d.has_name) file.attribute("/", "sequence_name", std::string("closed form"));
    file.attribute("/", "tr_s", 0.04);
    d.more(file);
    file.close();
    if (d.moved.size() > 0) {
      EXPECT_EQ(add_differences(d, path), 0);
    }
    return path;
  }
  Outcome from(const std::string& path, const std::string& options, const std::string& out = "set.h5") {
    return run("crbrt-simulate --from " + path + " " + options + " --out " + (folder_ / out));
  }
  physics::Dataset made(const Dictionary& d, const std::string& options = "--rank 5") {
    const Outcome outcome = from(write(d), options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
    text_ = outcome.text;
    return physics::read_dataset({folder_ / "set.h5"});
  }
  /// One line that says all of `parts`, and no output.
  void expect_refused(const Dictionary& d, const std::vector<std::string>& parts, const std::string& options = "--rank 5",
                      int exit_code = 3) {
    const Outcome outcome = from(write(d), options);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.text;
    for (const std::string& part : parts)
      EXPECT_NE(outcome.text.find(part), std::string::npos) << "no \"" << part << "\" in: " << outcome.text;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "set.h5"));
  }

  TemporaryFolder folder_;
  std::string text_;

 private:
  /// The writer keeps to the root; groups are made as names with a slash.
  static int add_differences(const Dictionary& d, const std::string& path);
};

inline int SimulateFrom::add_differences(const Dictionary& d, const std::string& path) {
  const physics::Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
  const physics::Hdf5Handle group(H5Gcreate2(file.get(), "finite_difference", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
  const auto put = [&](const char* name, const std::vector<hsize_t>& shape, hid_t type, const void* values) {
    const physics::Hdf5Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const physics::Hdf5Handle data(H5Dcreate2(group.get(), name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                   H5Dclose);
    return H5Dwrite(data.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  };
  const physics::Hdf5Handle complex(H5Tcreate(H5T_COMPOUND, 16), H5Tclose);
  H5Tinsert(complex.get(), "r", 0, H5T_NATIVE_DOUBLE);
  H5Tinsert(complex.get(), "i", 8, H5T_NATIVE_DOUBLE);
  const auto n = static_cast<hsize_t>(d.parameters.cols());
  const hsize_t n_side = static_cast<hsize_t>(d.moved.cols()) / (2 * n);
  std::vector<hsize_t> shape{n, 2, n_frame};
  if (n_side == 2) shape.insert(shape.begin() + 2, 2);
  const auto n_step = static_cast<hsize_t>(d.step.size());
  return put("signal", shape, complex.get(), d.moved.data()) < 0 || put("step", {n_step}, H5T_NATIVE_DOUBLE, d.step.data()) < 0;
}

}  // namespace crbrt::tests
