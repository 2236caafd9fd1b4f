// SPDX-License-Identifier: Apache-2.0
// Whose bounds matter comes first: to a basis of kind crb, and to the choice of a rank.
#include "tools/simulate/foreign_basis.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "base/error.h"
#include "base/escaped.h"
#include "base/sha256.h"
#include "tools/subspace/basis.h"
#include "tools/subspace/rank_choice.h"
#include "tools/volume/named_basis.h"

namespace crbrt::simulate {
namespace {

/// Unknowns in the order in which their bounds matter to a basis: the outputs that were asked for first.
subspace::Derivatives derivatives_for_basis(const Options& o, const ForeignFile& file) {
  if (file.derivatives.rows() != file.signals.rows())
    throw base::InputError(file.path,
                           "derivatives of every frame (/jacobian) for " +
                               std::string(o.is_rank_auto ? "--rank auto (give --rank)" : "--basis-kind crb"),
                           file.has_derivatives() ? "those of coefficients" : "bounds alone (/crb)");
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

struct ChosenRank {
  int rank = 0;
  std::string warning;
};

ChosenRank chosen_rank(const Options& o, const ForeignFile& file) {
  const subspace::Derivatives derivatives = derivatives_for_basis(o, file);
  std::vector<std::string> names;
  for (const Eigen::Index u : derivatives.unknowns) names.push_back(file.unknowns[static_cast<std::size_t>(u)]);
  const subspace::RankChoice choice = subspace::choose_rank({.signals = file.signals,
                                                             .derivatives = derivatives,
                                                             .unknowns = names,
                                                             .kind = o.basis_kind,
                                                             .tolerated = o.rank_factor,
                                                             .or_most = o.is_rank_or_most},
                                                            file.path);
  base::print_lines(subspace::in_words(choice, names) + "\n");
  return {choice.rank, subspace::warning_of(choice, names, o.rank_factor)};
}

Eigen::MatrixXd made_basis(const Options& o, const ForeignFile& file, int rank) {
  try {
    if (o.basis_kind == subspace::BasisKind::svd) return subspace::svd_basis(file.signals, rank);
    return subspace::crb_basis(file.signals, derivatives_for_basis(o, file), rank);
  } catch (const std::invalid_argument& error) {
    throw base::UsageError("--rank " + std::to_string(rank) + ": " + error.what());
  }
}

}  // namespace

std::string dictionary_sha256(const ForeignHead& file) {
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

NamedBasis basis_of(const Options& o, const ForeignFile& file, const std::string& sequence_sha256, base::Warnings& warnings) {
  if (o.basis.empty() && !file.has_basis) {
    if (file.is_compressed)
      throw base::InputError(file.path, "/basis [frames, rank], to which /coefficients belong (or --basis)", "none");
    if (o.rank == 0 && !o.is_rank_auto) throw base::UsageError("--from needs --rank, --basis, or a /basis in " + file.path);
    const std::string kind = o.basis_kind == subspace::BasisKind::svd ? " leading singular vectors of its signals"
                                                                      : " vectors that keep the bounds of its signals";
    const ChosenRank chosen = o.is_rank_auto ? chosen_rank(o, file) : ChosenRank{o.rank, {}};
    if (!chosen.warning.empty()) warnings.add(chosen.warning);
    return {made_basis(o, file, chosen.rank), std::to_string(chosen.rank) + kind, chosen.warning};
  }
  if (o.is_rank_auto) throw base::UsageError("--rank auto says how a basis is made: " + file.path + " has a /basis");
  const std::string spec = o.basis.empty() ? file.path + ":basis" : o.basis;
  std::optional<std::size_t> n_frame;
  if (!file.is_compressed) n_frame = static_cast<std::size_t>(file.signals.rows());
  physics::Basis basis =
      volume::load_basis(spec, o.rank, volume::FramesOf{file.sequence_name, sequence_sha256, n_frame}, warnings);
  const bool fits = file.signals.rows() == basis.cols() || (o.rank > 0 && file.signals.rows() > basis.cols());
  if (file.is_compressed && !fits)
    throw base::DisagreementError(spec,
                                  "a basis of the " + std::to_string(file.signals.rows()) + " coefficients of " + file.path,
                                  std::to_string(basis.cols()) + " columns");
  std::string origin = physics::sha256_of(basis);
  return {std::move(basis), std::move(origin), {}};
}

}  // namespace crbrt::simulate
