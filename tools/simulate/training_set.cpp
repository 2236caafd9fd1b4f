// SPDX-License-Identifier: Apache-2.0
// Chunk after chunk, each kept as soon as it is done, then everything into one data set.
#include "tools/simulate/commands.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/warnings.h"
#include "physics/basis.h"
#include "physics/io/dataset.h"
#include "physics/io/sequence_io.h"
#include "tools/cli/command_line.h"
#include "tools/simulate/basis_alone.h"
#include "tools/simulate/training_chunk.h"
#include "tools/subspace/basis.h"
#include "tools/subspace/rank_choice.h"
#include "tools/volume/named_basis.h"

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
  return {std::move(prior), unknowns, o.seed, o.count, std::move(simulator), o.derivatives, o.off_resonances};
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

/// Whose bounds --rank auto looks at. Throws base::UsageError.
std::vector<physics::Estimand> judged_outputs(const Options& o, const physics::Unknowns& unknowns) {
  const bool is_apparent = unknowns.t1_model() == physics::T1Model::apparent;
  const std::vector<std::string> usual{"m0_semi_frac", is_apparent ? "t1_apparent_s" : "t1_free_s", "t2_free_s"};
  std::vector<physics::Estimand> outputs;
  for (const std::string& name : o.outputs.empty() ? usual : o.outputs) {
    const auto estimand = physics::Estimand::from_name(name);
    if (estimand && estimand->has_bound(unknowns))
      outputs.push_back(*estimand);
    else if (!o.outputs.empty())
      throw base::UsageError(
          "--outputs: expected quantities of docs/quantities.md that the prior leaves free, of its T1 model, found " + name);
  }
  if (outputs.empty()) throw base::UsageError("--rank auto: pool size, T1 and T2 are known; --outputs names what is not");
  return outputs;
}

/// What --rank auto has come to.
struct FoundRank {
  int rank = 0;
  std::string warning;  ///< of a basis that loses more than was asked for
};

/// The rank is said, with what the basis costs.
FoundRank choose_rank(const Options& o, const TrainingProblem& problem) {
  const std::uint64_t n_draw = std::min(problem.count, max_basis_draws);
  const subspace::RankQuestion question{.simulator = problem.simulator,
                                        .prior = problem.prior,
                                        .unknowns = problem.unknowns,
                                        .seed = problem.seed,
                                        .count = n_draw,
                                        .kind = o.basis_kind,
                                        .outputs = judged_outputs(o, problem.unknowns),
                                        .tolerated = o.rank_factor,
                                        .or_most = o.is_rank_or_most};
  const subspace::RankChoice choice = subspace::choose_rank(question, o.prior);
  std::vector<std::string> names;
  for (const physics::Estimand& output : question.outputs) names.push_back(output.name());
  base::print_lines(subspace::in_words(choice, names) + "\n");
  return {choice.rank, subspace::warning_of(choice, names, o.rank_factor)};
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
  if (o.derivatives) json["derivatives"] = true;
  if (o.off_resonances > 0) json["off_resonances"] = o.off_resonances;
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

/// Consecutive blocks that are kept together.
struct Chunk {
  std::uint64_t index, first, last;  ///< blocks [first, last)
};

std::vector<Chunk> chunks_of(const Options& o, std::uint64_t n_block) {
  const auto [first, last] = blocks_of_shard(o, n_block);
  std::vector<Chunk> chunks;
  for (std::uint64_t at = first; at < last; at += blocks_per_chunk)
    chunks.push_back({chunks.size(), at, std::min(at + blocks_per_chunk, last)});
  return chunks;
}

std::uint64_t n_draw(const Chunk& chunk, const TrainingProblem& problem) {
  return std::min(chunk.last * block_size, problem.count) - std::min(chunk.first * block_size, problem.count);
}

Fingerprints simulate_shard(const Options& o, const TrainingProblem& problem, const physics::Basis& basis,
                            const TrainingParts& parts) {
  const std::vector<Chunk> chunks = chunks_of(o, problem.n_block());
  const std::string of_basis = ", rank " + std::to_string(basis.cols()) + ", basis " + physics::sha256_of(basis);
  const auto content = [&](const Chunk& chunk) {
    return "blocks " + std::to_string(chunk.first) + " to " + std::to_string(chunk.last) + of_basis;
  };
  std::vector<std::optional<Fingerprints>> kept;
  std::uint64_t n_all = 0, n_done = 0;
  for (const Chunk& chunk : chunks) {
    kept.push_back(parts.chunk(chunk.index, content(chunk)));
    n_all += n_draw(chunk, problem);
    if (kept.back()) n_done += n_draw(chunk, problem);
  }
  if (n_done > 0) std::printf("continuing after %llu fingerprints\n", static_cast<unsigned long long>(n_done));
  base::Progress progress("fingerprints", n_all, n_done);
  std::vector<Fingerprints> all;
  for (const Chunk& chunk : chunks) {
    std::optional<Fingerprints>& saved = kept[chunk.index];
    if (!saved) {
      saved =
          simulate_blocks(problem, basis, chunk.first, chunk.last, o.threads, [&](std::uint64_t n) { progress.advance(n); });
      parts.save_chunk(chunk.index, content(chunk), *saved);
    }
    all.push_back(*std::move(saved));
  }
  return joined(all);
}

physics::Dataset make_dataset(const TrainingProblem& problem, const physics::Basis& basis, Fingerprints fingerprints,
                              const std::string& provenance) {
  const physics::Sequence& sequence = problem.simulator.sequence();
  physics::Dataset set;
  set.coefficients = std::move(fingerprints.coefficients);
  set.crb = std::move(fingerprints.crb);
  set.signal_per_m0_crb = std::move(fingerprints.signal_per_m0_crb);
  if (problem.derivatives) set.jacobian = std::move(fingerprints.jacobian);
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

void make_training_set(const Options& given) {
  Options o = given;
  const TrainingProblem problem = make_problem(o);
  { const base::AtomicFile writable(o.out); }  // before minutes of work
  base::Json provenance = describe(o, problem);
  base::Warnings warnings("crbrt-simulate");
  if (o.is_rank_auto) {
    const FoundRank found = choose_rank(o, problem);
    o.rank = found.rank;
    if (!found.warning.empty()) {
      warnings.add(found.warning);
      provenance["warning"] = found.warning;
    }
  }
  physics::Basis basis;
  if (!o.basis.empty()) {
    basis = volume::load_basis(o.basis, o.rank, problem.simulator.sequence(), warnings);
    provenance["basis"] = physics::sha256_of(basis);
  } else {
    provenance["basis"] = o.basis_kind == subspace::BasisKind::svd
                              ? "leading " + std::to_string(o.rank) + " singular vectors of draws of their own"
                              : std::to_string(o.rank) + " vectors that keep the bounds of draws of their own";
  }
  if (o.basis_only) {
    const Eigen::MatrixXd made = make_basis(problem, o.rank, o.basis_kind);
    const physics::Sequence& sequence = problem.simulator.sequence();
    write_basis_alone(o.out, made, {sequence.name, sha256_of(sequence), sequence.tr_s, provenance.dump(1)});
    return;
  }
  const TrainingParts parts(o.out, provenance.dump(1), warnings);
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
