// Somebody else's fingerprints become a data set like ours: compressed, with bounds from their own derivatives.
#include <Eigen/Core>
#include <algorithm>
#include <optional>
#include <sstream>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "physics/basis.h"
#include "physics/crb.h"
#include "physics/io/dataset.h"
#include "tools/cli/command_line.h"
#include "tools/simulate/commands.h"
#include "tools/simulate/foreign_file.h"
#include "tools/simulate/training_chunk.h"
#include "tools/subspace/basis.h"
#include "tools/volume/maps_out.h"

namespace crbrt::simulate {
namespace {

/// Training, validation and unseen sets of one simulator have one hash, so it is of what they share: the words that describe
/// the dictionary, one a line, not its rows.
std::string dictionary_sha256(const ForeignFile& file) {
  constexpr std::size_t n_digit = 64;
  if (!file.sequence_sha256.empty()) {
    if (file.sequence_sha256.size() != n_digit ||
        file.sequence_sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      throw base::InputError(file.path, "64 lower-case hexadecimal digits in the attribute sequence_sha256",
                             "\"" + file.sequence_sha256 + "\"");
    return file.sequence_sha256;
  }
  std::ostringstream text;
  text.precision(17);
  text << file.sequence_name << '\n' << file.tr_s << '\n';
  for (std::size_t p = 0; p < file.names.size(); ++p) text << file.names[p] << ' ' << file.units[p] << '\n';
  const std::string words = text.str();
  return base::hex(base::sha256(words.data(), words.size()));
}

/// Unknowns in the order in which their bounds matter to a basis: the outputs that were asked for first.
subspace::Derivatives derivatives_for_basis(const Options& o, const ForeignFile& file) {
  if (file.derivatives.rows() != file.signals.rows())
    throw base::InputError(file.path, "derivatives of every frame (/jacobian) for --basis-kind crb", "bounds alone (/crb)");
  subspace::Derivatives derivatives{file.derivatives, {}, file.n_unknown()};
  std::vector<Eigen::Index> others;
  for (const std::string& output : o.outputs) {
    const auto at = std::find(file.unknowns.begin(), file.unknowns.end(), output);
    if (at == file.unknowns.end())
      throw base::DisagreementError(file.path, "an unknown parameter " + output + " (--outputs)", "none");
    derivatives.unknowns.push_back(at - file.unknowns.begin());
  }
  if (!o.outputs.empty()) derivatives.n_quantity = static_cast<Eigen::Index>(derivatives.unknowns.size());
  for (Eigen::Index u = 0; u < file.n_unknown(); ++u)
    if (std::find(derivatives.unknowns.begin(), derivatives.unknowns.end(), u) == derivatives.unknowns.end())
      derivatives.unknowns.push_back(u);
  return derivatives;
}

Eigen::MatrixXd made_basis(const Options& o, const ForeignFile& file) {
  try {
    if (o.basis_kind == subspace::BasisKind::svd) return subspace::svd_basis(file.signals, o.rank);
    return subspace::crb_basis(file.signals, derivatives_for_basis(o, file), o.rank);
  } catch (const std::invalid_argument& error) {
    throw base::UsageError("--rank " + std::to_string(o.rank) + ": " + error.what());
  }
}

struct NamedBasis {
  physics::Basis columns;
  std::string origin;  ///< for provenance
};

/// Of --basis, else of the file, else made of the signals.
NamedBasis basis_of(const Options& o, const ForeignFile& file, const std::string& sequence_sha256, base::Warnings& warnings) {
  if (o.basis.empty() && !file.has_basis) {
    if (file.is_compressed)
      throw base::InputError(file.path, "/basis [frames, rank], to which /coefficients belong (or --basis)", "none");
    if (o.rank == 0) throw base::UsageError("--from needs --rank, --basis, or a /basis in " + file.path);
    const std::string kind = o.basis_kind == subspace::BasisKind::svd ? " leading singular vectors of its signals"
                                                                      : " vectors that keep the bounds of its signals";
    return {made_basis(o, file), std::to_string(o.rank) + kind};
  }
  const std::string spec = o.basis.empty() ? file.path + ":basis" : o.basis;
  std::optional<std::size_t> n_frame;
  if (!file.is_compressed) n_frame = static_cast<std::size_t>(file.signals.rows());
  physics::Basis basis =
      subspace::load_basis(spec, o.rank, subspace::FramesOf{file.sequence_name, sequence_sha256, n_frame}, warnings);
  const bool fits = file.signals.rows() == basis.cols() || (o.rank > 0 && file.signals.rows() > basis.cols());
  if (file.is_compressed && !fits)
    throw base::DisagreementError(spec,
                                  "a basis of the " + std::to_string(file.signals.rows()) + " coefficients of " + file.path,
                                  std::to_string(basis.cols()) + " columns");
  std::string origin = physics::sha256_of(basis);
  return {std::move(basis), std::move(origin)};
}

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

void expect_enough(const ForeignFile& file, std::size_t n, const std::string& found) {
  if (n <= file.names.size())
    throw base::InputError(file.path, "more usable fingerprints than its " + std::to_string(file.names.size()) + " parameters",
                           std::to_string(n) + found);
}

std::string counts_text(const Unusable& unusable, const Dropped& dropped) {
  return std::to_string(unusable.not_finite) + " with a number that is not finite, " + std::to_string(unusable.duplicate) +
         " that are there twice, " + std::to_string(dropped.no_signal) + " without signal, " +
         std::to_string(dropped.ill_conditioned) + " ill-conditioned, " + std::to_string(dropped.no_bound) + " without a bound";
}

}  // namespace

void make_foreign_set(const Options& o) {
  { const base::AtomicFile writable(o.out); }  // before minutes of work
  base::Warnings warnings("crbrt-simulate");
  ForeignFile file = read_foreign_file(o.from, o.tr_s);
  const auto n_row = static_cast<std::size_t>(file.size());
  const Unusable unusable = drop_unusable(file, warnings);
  Dropped dropped;
  expect_enough(file, static_cast<std::size_t>(file.size()),
                " of " + std::to_string(n_row) + "; dropped " + counts_text(unusable, dropped));
  expect_consistent_derivatives(file);
  const std::string sequence_sha256 = dictionary_sha256(file);
  const NamedBasis basis = basis_of(o, file, sequence_sha256, warnings);
  physics::Dataset set = usable_set(o, file, basis.columns, dropped, warnings);
  expect_enough(file, set.size(), " of " + std::to_string(n_row) + "; dropped " + counts_text(unusable, dropped));
  set.basis = basis.columns;
  set.sequence_name = file.sequence_name;
  set.sequence_sha256 = sequence_sha256;
  set.basis_sha256 = physics::sha256_of(basis.columns);
  set.tr_s = file.tr_s;
  set.snr_min = o.snr_min.value_or(set.snr_min);
  set.snr_max = o.snr_max.value_or(set.snr_max);
  const base::Json provenance{{"program", "crbrt-simulate " + cli::version()},
                              {"from", volume::without_folder(file.path)},
                              {"sequence", file.sequence_name},
                              {"sequence_sha256", sequence_sha256},
                              {"bounds", file.derivatives.size() > 0 ? file.derivatives_from : "/crb"},
                              {"basis", basis.origin},
                              {"kept", set.size()},
                              {"dropped",
                               {{"not_finite", unusable.not_finite},
                                {"duplicate", unusable.duplicate},
                                {"no_signal", dropped.no_signal},
                                {"ill_conditioned", dropped.ill_conditioned},
                                {"no_bound", dropped.no_bound}}},
                              {"source", file.provenance}};
  set.provenance = provenance.dump(1);
  physics::write_dataset(o.out, set);
  base::print_lines("kept " + std::to_string(set.size()) + " of " + std::to_string(n_row) + " fingerprints; dropped " +
                    counts_text(unusable, dropped) + "\n");
}

}  // namespace crbrt::simulate
