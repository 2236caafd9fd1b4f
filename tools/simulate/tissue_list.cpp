// SPDX-License-Identifier: Apache-2.0
// Batches of tissues go through the simulator and into the file at once: derivatives of many tissues may not fit in memory.
#include "tools/simulate/commands.h"

#include <Eigen/Core>
#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

#include "base/atomic_output.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/hdf5_writer.h"
#include "physics/io/sequence_io.h"
#include "physics/simulator.h"
#include "tools/cli/command_line.h"
#include "tools/volume/maps_out.h"
#include "tools/volume/named_basis.h"

namespace crbrt::simulate {
namespace {

using physics::n_parameter;

constexpr std::size_t batch_size = 64;

struct Job {
  const Options& options;
  const std::vector<physics::Tissue> tissues;
  const physics::Simulator simulator;
  const physics::Basis basis;  ///< no columns where there is none
  const physics::T1Model t1_model;

  std::size_t n_tissue() const { return tissues.size(); }
  std::size_t n_frame() const { return simulator.sequence().n_frame(); }
  std::size_t n_coeff() const { return static_cast<std::size_t>(basis.cols()); }
  std::size_t n_bound() const { return physics::bound_names(t1_model).size(); }
  bool compresses() const { return basis.cols() > 0; }
};

Job make_job(const Options& o) {
  physics::Sequence sequence = physics::read_sequence(o.sequence, o.tr_s);
  base::Warnings warnings("crbrt-simulate");
  std::vector<physics::Tissue> tissues = physics::read_tissues(o.tissues, warnings);
  physics::Basis basis;
  if (!o.basis.empty()) basis = volume::load_basis(o.basis, o.rank, sequence, warnings);
  physics::Simulator simulator = make_simulator(o.sequence, std::move(sequence), physics::TissueDomain::of(tissues));
  return {o, std::move(tissues), std::move(simulator), std::move(basis), o.t1_model.value_or(physics::T1Model::apparent)};
}

std::vector<std::string> parameter_names() {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < n_parameter; ++p) names.emplace_back(name(static_cast<physics::Parameter>(p)));
  return names;
}

void create_datasets(const Job& job, physics::Hdf5Writer& file) {
  const std::size_t n = job.n_tissue();
  std::vector<double> parameters;
  for (const physics::Tissue& tissue : job.tissues) {
    const auto v = tissue.values();
    parameters.insert(parameters.end(), v.begin(), v.end());
  }
  file.write("parameters", {n, n_parameter}, parameters.data());
  file.attribute("parameters", "names", parameter_names());
  file.create_complex("signal", {n, job.n_frame()});
  if (job.options.derivatives) {
    file.create_complex("jacobian", {n, n_parameter, job.n_frame()});
    file.attribute("jacobian", "names", parameter_names());
    file.create_real("crb_time", {n, job.n_bound()});
    file.attribute("crb_time", "names", physics::bound_names(job.t1_model));
  }
  if (job.compresses()) {
    file.create_complex("coefficients", {n, job.n_coeff()});
    file.create_real("crb", {n, job.n_bound()});
    file.attribute("crb", "names", physics::bound_names(job.t1_model));
    file.create_real("signal_per_m0_crb", {n});
    physics::write_basis(file, job.basis);
  }
}

void write_origin(const Job& job, physics::Hdf5Writer& file) {
  const physics::Sequence& sequence = job.simulator.sequence();
  file.attribute("/", "sequence_name", sequence.name);
  file.attribute("/", "sequence_sha256", sha256_of(sequence));
  file.attribute("/", "tr_s", sequence.tr_s);
  file.attribute("/", "n_frame", static_cast<double>(job.n_frame()));
  file.attribute("/", "t1_model", std::string(name(job.t1_model)));
  if (job.compresses()) {
    file.attribute("/", "basis_sha256", physics::sha256_of(job.basis));
    file.attribute("/", "basis_sha256_single", physics::sha256_single_of(job.basis));
  }
  file.attribute("/", "command", job.options.command);
  const base::Json provenance{{"program", "crbrt-simulate " + cli::version()},
                              {"sequence", sequence.name},
                              {"sequence_sha256", sha256_of(sequence)},
                              {"tissues", volume::without_folder(job.options.tissues)}};
  file.attribute("/", "provenance", provenance.dump(1));
}

/// Of a batch.
struct Variances {
  Eigen::MatrixXd crb;                ///< [n_bound, n_tissue]
  Eigen::VectorXd signal_per_m0_crb;  ///< [n_tissue]
};

/// From one column of values per tissue and n_parameter columns of derivatives.
Variances bounds_of(const Eigen::MatrixXcd& values, const Eigen::MatrixXcd& jacobian, physics::T1Model model) {
  constexpr auto n = static_cast<Eigen::Index>(n_parameter);
  const physics::Unknowns unknowns = model;
  Variances variances{Eigen::MatrixXd(static_cast<Eigen::Index>(unknowns.size()), values.cols()),
                      Eigen::VectorXd(values.cols())};
  for (Eigen::Index t = 0; t < values.cols(); ++t) {
    const physics::Bounds bounds = physics::cramer_rao_bound(values.col(t), jacobian.middleCols(t * n, n), unknowns);
    variances.crb.col(t) = bounds.crb;
    variances.signal_per_m0_crb[t] = bounds.signal_per_m0_crb;
  }
  return variances;
}

void write_batch(const Job& job, std::size_t first, std::size_t n, physics::Hdf5Writer& file) {
  const std::span<const physics::Tissue> batch(job.tissues.data() + first, n);
  physics::Signals signals, jacobian;
  if (job.options.derivatives || job.compresses())
    job.simulator.simulate(batch, signals, jacobian);
  else
    job.simulator.simulate(batch, signals);
  file.write_rows("signal", first, n, signals.data());
  if (job.options.derivatives) {
    file.write_rows("jacobian", first, n, jacobian.data());
    file.write_rows("crb_time", first, n, bounds_of(signals, jacobian, job.t1_model).crb.data());
  }
  if (job.compresses()) {
    const Eigen::MatrixXcd coefficients = job.basis.project(signals), compressed = job.basis.project(jacobian);
    file.write_rows("coefficients", first, n, coefficients.data());
    const Variances variances = bounds_of(coefficients, compressed, job.t1_model);
    file.write_rows("crb", first, n, variances.crb.data());
    file.write_rows("signal_per_m0_crb", first, n, variances.signal_per_m0_crb.data());
  }
}

}  // namespace

void simulate_tissue_list(const Options& options) {
  const Job job = make_job(options);
  base::AtomicFile output(options.out);
  physics::Hdf5Writer file(output.temporary().string(), options.out);
  create_datasets(job, file);
  write_origin(job, file);
  base::Progress progress("tissues", job.n_tissue());
  for (std::size_t first = 0; first < job.n_tissue(); first += batch_size) {
    const std::size_t n = std::min(batch_size, job.n_tissue() - first);
    write_batch(job, first, n, file);
    progress.advance(n);
  }
  file.close();
  output.commit();
  std::printf("simulated %zu tissues, %zu frames each\n", job.n_tissue(), job.n_frame());
}

}  // namespace crbrt::simulate
