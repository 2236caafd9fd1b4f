// Chunk after chunk, each kept as soon as it is done, then everything into one data set.
#include "tools/simulate/commands.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/sequence_io.h"
#include "tools/cli/command_line.h"
#include "tools/simulate/training_chunk.h"
#include "tools/subspace/basis.h"

namespace crbrt::simulate {
namespace {

// Enough draws for a basis whose noise is far below what truncation loses.
constexpr std::uint64_t max_basis_draws = 8192;

TrainingProblem make_problem(const Options& o) {
  physics::Sequence sequence = physics::read_sequence(o.sequence, o.tr_s);
  physics::Prior prior = physics::read_prior(o.prior, sequence.tr_s);
  physics::Simulator simulator = make_simulator(o.sequence, std::move(sequence), prior.domain());
  const physics::Unknowns unknowns = prior.unknowns(o.t1_model.value_or(prior.t1_model));
  if (unknowns.size() == 0) throw base::InputError(o.prior, "a parameter that is not fixed", "none");
  return {std::move(prior), unknowns, o.seed, o.count, std::move(simulator)};
}

/// From draws that no fingerprint of the set shares; the same for every shard.
Eigen::MatrixXd make_basis(const TrainingProblem& problem, int rank, subspace::BasisKind kind) {
  const std::uint64_t n_draw = std::min(problem.count, max_basis_draws);
  base::Progress progress("basis", n_draw);
  try {
    return subspace::prior_basis(problem.simulator, problem.prior, problem.unknowns, problem.seed, n_draw, rank, kind,
                                 [&](std::uint64_t n) { progress.advance(n); });
  } catch (const std::invalid_argument& error) {
    throw base::UsageError("--rank " + std::to_string(rank) + ": " + error.what());
  }
}

/// Everything that decides about the content of the data set: equal arguments, equal fingerprints.
base::Json describe(const Options& o, const TrainingProblem& problem) {
  const physics::Sequence& sequence = problem.simulator.sequence();
  base::Json json;
  json["program"] = "crbrt-simulate " + cli::version();
  json["sequence"] = sequence.name;
  json["sequence_sha256"] = sha256_of(sequence);
  json["count"] = problem.count;
  json["seed"] = problem.seed;
  json["shard"] = std::to_string(o.shard) + "/" + std::to_string(o.n_shard);
  json["t1_model"] = name(problem.unknowns.t1_model());
  json["prior"] = base::Json::from_file(o.prior);
  return json;
}

Eigen::MatrixXd obtain_basis(const Options& o, const TrainingProblem& problem, const TrainingParts& parts) {
  if (std::optional<Eigen::MatrixXd> saved = parts.basis()) return *std::move(saved);
  Eigen::MatrixXd basis = make_basis(problem, o.rank, o.basis_kind);
  parts.save_basis(basis);
  return basis;
}

/// Shards are ranges of whole blocks: [first, last).
std::pair<std::uint64_t, std::uint64_t> blocks_of_shard(const Options& o, std::uint64_t n_block) {
  const auto bound = [&](std::uint64_t i) {  // n_block * i / n_shard without overflow
    return n_block / o.n_shard * i + n_block % o.n_shard * i / o.n_shard;
  };
  return {bound(o.shard), bound(o.shard + 1)};
}

Fingerprints simulate_shard(const Options& o, const TrainingProblem& problem, const Eigen::MatrixXd& basis,
                            const TrainingParts& parts) {
  const auto [first, last] = blocks_of_shard(o, problem.n_block());
  std::vector<Fingerprints> chunks;
  std::uint64_t n_done = 0;
  for (std::uint64_t at = first; at < last; at += blocks_per_chunk) {
    std::optional<Fingerprints> saved = parts.chunk(chunks.size());
    if (!saved) break;
    n_done += static_cast<std::uint64_t>(saved->coefficients.cols()) + saved->dropped.total();
    chunks.push_back(*std::move(saved));
  }
  if (n_done > 0) std::printf("continuing after %llu fingerprints\n", static_cast<unsigned long long>(n_done));
  const std::uint64_t n_draw = std::min(last * block_size, problem.count) - std::min(first * block_size, problem.count);
  base::Progress progress("fingerprints", n_draw, n_done);
  for (std::uint64_t at = first + chunks.size() * blocks_per_chunk; at < last; at += blocks_per_chunk) {
    chunks.push_back(simulate_blocks(problem, basis, at, std::min(at + blocks_per_chunk, last), o.threads,
                                     [&](std::uint64_t n) { progress.advance(n); }));
    parts.save_chunk(chunks.size() - 1, chunks.back());
  }
  return joined(chunks);
}

physics::Dataset make_dataset(const TrainingProblem& problem, const Eigen::MatrixXd& basis, Fingerprints fingerprints,
                              const std::string& provenance) {
  const physics::Sequence& sequence = problem.simulator.sequence();
  physics::Dataset set;
  set.coefficients = std::move(fingerprints.coefficients);
  set.crb = std::move(fingerprints.crb);
  set.signal_per_m0_crb = std::move(fingerprints.signal_per_m0_crb);
  for (Eigen::Index t = 0; t < fingerprints.parameters.cols(); ++t) {
    std::array<double, physics::n_parameter> values;
    std::copy_n(fingerprints.parameters.col(t).data(), physics::n_parameter, values.begin());
    set.tissues.push_back(physics::Tissue::from_values(values));
  }
  set.basis = basis;
  set.unknowns = problem.unknowns;
  set.sequence_name = sequence.name;
  set.sequence_sha256 = sha256_of(sequence);
  set.basis_sha256 = physics::sha256_of(basis);
  set.tr_s = sequence.tr_s;
  set.snr_min = problem.prior.snr_min;
  set.snr_max = problem.prior.snr_max;
  set.provenance = provenance;
  return set;
}

}  // namespace

void make_training_set(const Options& o) {
  const TrainingProblem problem = make_problem(o);
  base::Json provenance = describe(o, problem);
  Eigen::MatrixXd basis;
  if (!o.basis.empty()) {
    basis = subspace::load_basis(o.basis, o.rank, problem.simulator.sequence());
    provenance["basis"] = physics::sha256_of(basis);
  } else {
    provenance["basis"] = o.basis_kind == subspace::BasisKind::svd
                              ? "leading " + std::to_string(o.rank) + " singular vectors of draws of their own"
                              : std::to_string(o.rank) + " vectors that keep the bounds of draws of their own";
  }
  { const base::AtomicFile writable(o.out); }  // before minutes of work
  const TrainingParts parts(o.out, provenance.dump(1));
  if (o.basis.empty()) basis = obtain_basis(o, problem, parts);
  Fingerprints fingerprints = simulate_shard(o, problem, basis, parts);
  const Dropped dropped = fingerprints.dropped;
  const auto n_kept = static_cast<std::uint64_t>(fingerprints.coefficients.cols());
  if (n_kept == 0 && dropped.total() > 0) {
    parts.remove();  // they are of a prior that has to be corrected
    throw base::InputError(o.prior, "tissues with a signal and finite bounds",
                           "none in " + std::to_string(dropped.total()) + " draws");
  }
  provenance["kept"] = n_kept;
  provenance["dropped"] = {
      {"no_signal", dropped.no_signal}, {"ill_conditioned", dropped.ill_conditioned}, {"no_bound", dropped.no_bound}};
  physics::write_dataset(o.out, make_dataset(problem, basis, std::move(fingerprints), provenance.dump(1)));
  parts.remove();
  std::printf("kept %llu of %llu fingerprints; dropped %llu without signal, %llu ill-conditioned, %llu without a bound\n",
              static_cast<unsigned long long>(n_kept), static_cast<unsigned long long>(n_kept + dropped.total()),
              static_cast<unsigned long long>(dropped.no_signal), static_cast<unsigned long long>(dropped.ill_conditioned),
              static_cast<unsigned long long>(dropped.no_bound));
}

}  // namespace crbrt::simulate
