// SPDX-License-Identifier: Apache-2.0
// crbrt-simulate: fingerprints of listed tissues, training sets drawn from a prior, and those of other simulators. Parsing, and
// the rules about which options go together.
#include "tools/simulate/commands.h"

#include <charconv>
#include <string>
#include <vector>

#include "base/error.h"
#include "tools/cli/command_line.h"

namespace crbrt::simulate {
namespace {

bool parse_whole(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void parse_shard(const std::string& text, Options& options) {
  const std::size_t slash = text.find('/');
  const std::string_view view = text;
  if (slash == std::string::npos || !parse_whole(view.substr(0, slash), options.shard) ||
      !parse_whole(view.substr(slash + 1), options.n_shard) || options.shard >= options.n_shard)
    throw base::UsageError("--shard: expected i/n with 0 <= i < n, found " + text);
}

void parse_rank(const std::string& text, Options& options) {
  std::uint64_t rank = 0;
  options.is_rank_auto = text == "auto";
  if (options.is_rank_auto) return;
  if (!parse_whole(text, rank) || rank < 1 || rank > 100000)
    throw base::UsageError("--rank: expected auto or a number above 0, found " + text);
  options.rank = static_cast<int>(rank);
}

/// The dictionary mode: nothing is simulated.
void check_dictionary(const Options& o, const std::vector<std::string>& of_draws) {
  if (!o.sequence.empty()) throw base::UsageError("--sequence goes with --tissues and with --prior: --from simulates nothing");
  if (!of_draws.empty()) throw base::UsageError(of_draws.front() + " goes with --prior: all of --from is taken");
  if (o.derivatives) throw base::UsageError("--derivatives goes with --tissues and with --prior: --from simulates nothing");
  if (o.t1_model) throw base::UsageError("--t1 goes with --tissues and with --prior");
  if ((o.is_rank_auto || o.basis_only) && !o.basis.empty())
    throw base::UsageError((o.basis_only ? "--basis-only" : "--rank auto") + std::string(" goes without --basis"));
  if (o.snr_min.value_or(10) > o.snr_max.value_or(100)) throw base::UsageError("expected an --snr-min of at most --snr-max");
  if (!o.outputs.empty() && !o.is_rank_auto && (!o.basis.empty() || o.basis_kind != subspace::BasisKind::crb))
    throw base::UsageError("--outputs goes with --basis-kind crb or --rank auto: it says whose bounds the basis keeps");
}

/// `of_draws`: names of options that were given though they say something about draws.
void check_combination(const Options& o, bool has_rank, const std::vector<std::string>& of_draws) {
  const int n_mode = int{!o.tissues.empty()} + int{!o.prior.empty()} + int{!o.from.empty()};
  if (n_mode != 1) throw base::UsageError("expected either --tissues, --prior or --from");
  if (!o.from.empty()) return check_dictionary(o, of_draws);
  if (o.sequence.empty()) throw base::UsageError("--sequence is required with --tissues and with --prior");
  if (!o.share.is_all()) throw base::UsageError("--share goes with --from: a prior has --count and --seed");
  if (o.snr_min || o.snr_max) throw base::UsageError("--snr-min and --snr-max go with --from: a prior has its own");
  if (!o.outputs.empty() && !o.is_rank_auto) throw base::UsageError("--outputs goes with --rank auto or --from");
  if (o.prior.empty()) {
    if (!of_draws.empty()) throw base::UsageError(of_draws.front() + " goes with --prior: all of --tissues are simulated");
    if (has_rank && o.basis.empty()) throw base::UsageError("--rank needs --basis (or --prior)");
    if (o.is_rank_auto || o.basis_only)
      throw base::UsageError((o.basis_only ? "--basis-only" : "--rank auto") + std::string(" goes with --prior or --from"));
    return;
  }
  if (o.derivatives && o.basis_only) throw base::UsageError("--basis-only writes no fingerprints, so no --derivatives of them");
  if (o.count == 0) throw base::UsageError("--prior needs --count");
  if (o.off_resonances > 0 && o.count % o.off_resonances != 0)
    throw base::UsageError("--count: expected a multiple of --off-resonances, found " + std::to_string(o.count));
  if (o.basis_only && (!o.basis.empty() || o.n_shard > 1))
    throw base::UsageError("--basis-only goes without --basis and --shard: it makes the basis of all shards");
  if (o.is_rank_auto && !o.basis.empty())
    throw base::UsageError("--rank auto goes without --basis: it says how a basis is made");
  if (o.basis.empty() && !has_rank) throw base::UsageError("--prior needs --rank, --basis or both");
}

/// Empty when --help or --version was printed. Throws base::UsageError.
std::optional<Options> parse_options(int argc, char** argv) {
  Options o;
  std::string shard, t1_model, basis_kind, rank_text, share;
  cli::CommandLine app(
      "Simulates fingerprints of the two-pool generalised Bloch model.\n"
      "With --tissues: signals, derivatives and Cramer-Rao bounds of listed tissues.\n"
      "With --prior: a training set of compressed fingerprints, their parameters and bounds.\n"
      "With --from: a training set of fingerprints that another simulator made.\n"
      "File formats: docs/file-formats.md.",
      "crbrt-simulate",
      {{{"Signals and bounds of listed tissues",
         "crbrt-simulate --sequence protocol.json --tissues tissues.csv --derivatives --out signals.h5"},
        {"A training set",
         "crbrt-simulate --sequence protocol.json --prior prior.json --rank 13 --count 100000 --threads 4 --out "
         "training.h5"}}});
  app.option("--sequence FILE", o.sequence, "Pulse sequence: JSON, or MAT v7.3/HDF5 with alpha and TRF");
  app.option("--tr SECONDS", o.tr_s, "Repetition time in s, where the sequence file carries none");
  app.option("--out FILE", o.out, "HDF5 file to write").required();
  app.option("--basis FILE", o.basis,
             "Compress with this basis: M.crbm, or an array [frames, coefficients] (FILE.h5:NAME, FILE.mat:U, x.npy, x.cfl)");
  const cli::Option rank =
      app.option("--rank N", rank_text,
                 "Coefficients: columns of --basis, or of the basis made with --prior or --from; auto: the fewest that "
                 "keep the bounds of --outputs");
  const cli::Option factor = app.option("--rank-factor RATIO", o.rank_factor,
                                        "With --rank auto: median of sqrt(CRB) after compression over before (default 1.25)")
                                 .in_range(1.001, 100.0);
  app.flag("--rank-or-most", o.is_rank_or_most,
           "With --rank auto: where no basis keeps the bounds, take the one with the most coefficients, with a warning");
  app.flag("--basis-only", o.basis_only, "Write the basis of --prior or --from, and no fingerprints");
  app.option("--basis-kind KIND", basis_kind,
             "Basis made with --prior: svd keeps the energy of the signals, crb the bounds of pool size, T1 and T2 "
             "(default svd)")
      .one_of({"svd", "crb"});
  app.option("--t1 T1MODEL", t1_model, "Is r1 one unknown (apparent) or two (separate)? Default: the prior's, else apparent")
      .one_of({"apparent", "separate"});
  app.option("--tissues FILE", o.tissues, "CSV whose header names the tissue parameters");
  app.flag("--derivatives", o.derivatives, "Also write /jacobian; with --tissues /crb_time, too");
  app.option("--prior FILE", o.prior, "JSON distribution of tissues");
  app.option("--from FILE", o.from,
             "HDF5 dictionary of another simulator: /signal or /coefficients, /parameters, and /jacobian, /finite_difference\n"
             "or /crb");
  app.option(
      "--share FROM:TO", share,
      "Only a random part of --from, e.g. 0:0.9 to train on and 0.9:1 to judge on; the draw of a row is fixed by its number");
  app.option("--snr-min RATIO", o.snr_min, "|M0| / sigma of the set made with --from, lower end (default 10)").positive();
  app.option("--snr-max RATIO", o.snr_max, "|M0| / sigma of the set made with --from, upper end (default 100)").positive();
  app.option("--outputs NAMES", o.outputs,
             "whose bounds --rank auto keeps (default: pool size, T1, T2 of the free pool), or a basis of kind crb with --from "
             "(all)")
      .separated_by(',');
  const cli::Option count = app.option("--count N", o.count, "Fingerprints to draw, over all shards").positive();
  const cli::Option off_resonances =
      app.option("--off-resonances M", o.off_resonances,
                 "With --prior: every drawn tissue at M off-resonances of half a period, in place "
                 "of the prior's (for forward models)")
          .in_range(1, 100000);
  const cli::Option seed = app.option("--seed N", o.seed, "Seed of the draws (default 0)");
  const cli::Option part =
      app.option("--shard I/N", shard, "i/n: make only part i (0-based) of n; the union does not depend on n");
  app.option("--threads N", o.threads, "Worker threads (default 1)").in_range(1, 1024);
  if (!app.parse(argc, argv)) return std::nullopt;
  if (!shard.empty()) parse_shard(shard, o);
  if (!share.empty()) o.share = parse_share(share);
  if (rank.is_given()) parse_rank(rank_text, o);
  if (!o.is_rank_auto && factor.is_given()) throw base::UsageError("--rank-factor goes with --rank auto");
  if (!o.is_rank_auto && o.is_rank_or_most) throw base::UsageError("--rank-or-most goes with --rank auto");
  cli::expect_different("--outputs", o.outputs);
  if (!t1_model.empty()) o.t1_model = t1_model == "separate" ? physics::T1Model::separate : physics::T1Model::apparent;
  if (!basis_kind.empty() && (!o.tissues.empty() || !o.basis.empty()))
    throw base::UsageError("--basis-kind goes with --prior or --from and without --basis: it says how a basis is made");
  if (!basis_kind.empty()) o.basis_kind = *subspace::basis_kind_from_name(basis_kind);
  std::vector<std::string> of_draws;
  if (count.is_given()) of_draws.emplace_back("--count");
  if (seed.is_given()) of_draws.emplace_back("--seed");
  if (part.is_given()) of_draws.emplace_back("--shard");
  if (off_resonances.is_given()) of_draws.emplace_back("--off-resonances");
  check_combination(o, rank.is_given(), of_draws);
  o.command = cli::command_text(argc, argv);
  return o;
}

int simulate(int argc, char** argv) {
  const std::optional<Options> options = parse_options(argc, argv);
  if (!options) return base::exit_ok;
  if (!options->from.empty())
    make_foreign_set(*options);
  else if (options->prior.empty())
    simulate_tissue_list(*options);
  else
    make_training_set(*options);
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::simulate

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-simulate", crbrt::simulate::simulate, argc, argv); }
