// SPDX-License-Identifier: Apache-2.0
// Somebody else's fingerprints become a data set like ours: compressed, with bounds from their own derivatives.
#include <Eigen/Core>
#include <algorithm>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/parallel.h"
#include "physics/basis.h"
#include "physics/crb.h"
#include "physics/io/dataset.h"
#include "tools/cli/command_line.h"
#include "tools/simulate/basis_alone.h"
#include "tools/simulate/commands.h"
#include "tools/simulate/foreign_basis.h"
#include "tools/simulate/training_chunk.h"
#include "tools/volume/maps_out.h"

namespace crbrt::simulate {
namespace {

/// Frames are projected, of coefficients the leading ones taken.
Eigen::MatrixXcd compressed(const Eigen::MatrixXcd& values, const physics::Basis& basis, const ForeignFile& file) {
  if (!file.is_compressed || values.rows() != file.signals.rows()) {
    if (values.rows() != basis.rows())
      throw base::InputError(file.path,
                             file.derivatives_from + " of " + std::to_string(file.signals.rows()) + " coefficients or " +
                                 std::to_string(basis.rows()) + " frames",
                             std::to_string(values.rows()));
    return basis.project(values);
  }
  return values.topRows(basis.cols());
}

/// Of fingerprints with derivatives: their bounds in the compressed domain.
void find_bounds(const ForeignFile& file, const physics::Basis& basis, unsigned threads, physics::Dataset& set,
                 std::vector<double>& condition) {
  const Eigen::MatrixXcd derivatives = compressed(file.derivatives, basis, file);
  set.crb.resize(file.n_unknown(), file.size());
  set.signal_per_m0_crb.emplace(file.size());
  base::for_each_index(static_cast<std::size_t>(file.size()), threads, [&](unsigned, std::size_t fingerprint) {
    const auto i = static_cast<Eigen::Index>(fingerprint);
    const physics::Bounds bounds =
        physics::cramer_rao_bound(set.coefficients.col(i), derivatives.middleCols(i * file.n_unknown(), file.n_unknown()));
    set.crb.col(i) = bounds.crb;
    (*set.signal_per_m0_crb)[i] = bounds.signal_per_m0_crb;
    condition[fingerprint] = bounds.condition;
  });
}

void take_given_bounds(const ForeignFile& file, const physics::Basis& basis, physics::Dataset& set, base::Warnings& warnings) {
  set.crb = file.crb;
  if (file.signal_per_m0_crb.size() > 0) set.signal_per_m0_crb = file.signal_per_m0_crb;
  if (!file.is_compressed || basis.cols() < file.signals.rows())
    warnings.add(file.path + ": /crb is taken as it is; if it is that of all frames, the " + std::to_string(basis.cols()) +
                 " coefficients can only do worse (/jacobian gives their own)");
}

void keep(const std::vector<Eigen::Index>& kept, physics::Dataset& set) {
  set.coefficients = set.coefficients(Eigen::all, kept).eval();
  set.foreign->values = set.foreign->values(Eigen::all, kept).eval();
  set.crb = set.crb(Eigen::all, kept).eval();
  if (set.signal_per_m0_crb) set.signal_per_m0_crb = (*set.signal_per_m0_crb)(kept).eval();
}

/// Fingerprints, bounds and parameters of those that can be trained on.
physics::Dataset usable_set(const Options& o, const ForeignFile& file, const physics::Basis& basis, Dropped& dropped,
                            base::Warnings& warnings) {
  physics::Dataset set;
  set.coefficients = compressed(file.signals, basis, file);
  set.foreign = physics::ForeignParameters{file.names, file.units, file.unknowns, file.parameters};
  std::vector<double> condition(static_cast<std::size_t>(file.size()), 1);
  if (file.derivatives.size() > 0)
    find_bounds(file, basis, o.threads, set, condition);
  else
    take_given_bounds(file, basis, set, warnings);
  std::vector<Eigen::Index> kept;
  for (Eigen::Index i = 0; i < file.size(); ++i) {
    physics::Bounds bounds;
    bounds.crb = set.crb.col(i);
    bounds.condition = condition[static_cast<std::size_t>(i)];
    if (is_usable(set.signal_norm(i), bounds, dropped)) kept.push_back(i);
  }
  keep(kept, set);
  return set;
}

void expect_enough(const ForeignHead& file, std::size_t n, const std::string& found) {
  if (n <= file.names.size())
    throw base::InputError(file.path, "more usable fingerprints than its " + std::to_string(file.names.size()) + " parameters",
                           std::to_string(n) + found);
}

/// What came of the rows of a share.
struct Counts {
  std::size_t n_row = 0, not_finite = 0, duplicate = 0;
  Dropped dropped{};
  std::string of_share;  // " in --share 0:0.85", empty for all rows

  std::string in_words() const {
    return std::to_string(not_finite) + " with a number that is not finite, " + std::to_string(duplicate) +
           " that are there twice, " + std::to_string(dropped.no_signal) + " without signal, " +
           std::to_string(dropped.ill_conditioned) + " ill-conditioned, " + std::to_string(dropped.no_bound) +
           " without a bound";
  }
  std::string of_all() const { return " of " + std::to_string(n_row) + of_share + "; dropped " + in_words(); }
};

/// Rows are compared and checked before the share is taken: a row that is there twice is in one share alone.
ForeignFile usable_rows(const Options& o, Counts& counts, base::Warnings& warnings) {
  ForeignFile file = read_foreign_file(o.from, o.tr_s);
  const auto in_share = [&](const std::vector<std::uint64_t>& rows) {
    return static_cast<std::size_t>(
        std::count_if(rows.begin(), rows.end(), [&](std::uint64_t row) { return o.share.holds(row); }));
  };
  counts.n_row = in_share(file.rows);
  const Unusable unusable = drop_unusable(file, warnings);
  counts.not_finite = in_share(unusable.not_finite);
  counts.duplicate = in_share(unusable.duplicate);
  if (!o.share.is_all()) counts.of_share = " in --share " + in_words(o.share);
  expect_consistent_derivatives(file);
  keep_share(file, o.share);
  expect_enough(file, static_cast<std::size_t>(file.size()), counts.of_all());
  return file;
}

}  // namespace

void make_foreign_set(const Options& o) {
  { const base::AtomicFile writable(o.out); }  // before minutes of work
  base::Warnings warnings("crbrt-simulate");
  Counts counts;
  const ForeignFile file = usable_rows(o, counts, warnings);
  const std::string sequence_sha256 = dictionary_sha256(file);
  const NamedBasis basis = basis_of(o, file, sequence_sha256, warnings);
  base::Json provenance{{"program", "crbrt-simulate " + cli::version()},
                        {"from", volume::without_folder(file.path)},
                        {"sequence", file.sequence_name},
                        {"sequence_sha256", sequence_sha256},
                        {"basis", basis.origin},
                        {"source", file.provenance}};
  if (!o.share.is_all()) provenance["share"] = in_words(o.share);
  if (!basis.warning.empty()) provenance["warning"] = basis.warning;
  if (o.basis_only)
    return write_basis_alone(o.out, basis.columns, {file.sequence_name, sequence_sha256, file.tr_s, provenance.dump(1)});
  physics::Dataset set = usable_set(o, file, basis.columns, counts.dropped, warnings);
  expect_enough(file, set.size(), counts.of_all());
  set.basis = basis.columns;
  set.sequence_name = file.sequence_name;
  set.sequence_sha256 = sequence_sha256;
  set.basis_sha256 = physics::sha256_of(basis.columns);
  set.tr_s = file.tr_s;
  set.snr_min = o.snr_min.value_or(set.snr_min);
  set.snr_max = o.snr_max.value_or(set.snr_max);
  provenance["bounds"] = file.derivatives.size() > 0 ? file.derivatives_from : "/crb";
  provenance["kept"] = set.size();
  provenance["dropped"] = {{"not_finite", counts.not_finite},
                           {"duplicate", counts.duplicate},
                           {"no_signal", counts.dropped.no_signal},
                           {"ill_conditioned", counts.dropped.ill_conditioned},
                           {"no_bound", counts.dropped.no_bound}};
  set.provenance = provenance.dump(1);
  physics::write_dataset(o.out, set);
  base::print_lines("kept " + std::to_string(set.size()) + " of " + std::to_string(counts.n_row) + " fingerprints; dropped " +
                    counts.in_words() + "\n");
}

}  // namespace crbrt::simulate
