// SPDX-License-Identifier: Apache-2.0
/// crbrt-model info M.crbm | crbrt-model verify M.crbm [--isa NAME] | crbrt-model export-basis --model M.crbm --out FILE
/// | crbrt-model add-forward --model M.crbm --forward F.crbm --out FILE.
#include <string>
#include <vector>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "tools/cli/command_line.h"
#include "tools/cli/isa_option.h"
#include "tools/model/inspect.h"
#include "tools/model/inspect_forward.h"
#include "tools/volume/basis_out.h"
#include "tools/volume/model_basis.h"

namespace crbrt::model {
namespace {

/// `isa` automatic: all of the list. Prints one line each.
int verify(const std::string& path, Isa isa) {
  const Model model = base::load_any_model(path);
  const bool has_estimator = model.program().n_op > 0;
  const Network network = has_estimator ? folded(base::load_network(path).network) : Network();
  std::size_t failed = 0;
  for (std::size_t i = 0; i < isa_count(); ++i) {
    if (isa != Isa::automatic && isa_at(i) != isa) continue;
    std::vector<IsaVerdict> verdicts;
    if (has_estimator) verdicts.push_back(verify_isa(model, network, isa_at(i)));
    if (model.forward_program() != nullptr) verdicts.push_back(verify_forward_isa(model, isa_at(i)));
    for (const IsaVerdict& verdict : verdicts) {
      base::print_lines(verdict.text + "\n");
      if (verdict.kind == IsaVerdict::Kind::failed) ++failed;
    }
  }
  if (failed != 0)
    throw base::DisagreementError(path, "every instruction set to give the test vector's estimates",
                                  std::to_string(failed) + " that does not");
  return base::exit_ok;
}

void export_basis(const std::string& path, const std::string& out) {
  const physics::Basis basis = volume::basis_of_model(base::load_model(path), path);
  volume::write_basis(out, basis);
  base::print_lines(out + ": " + std::to_string(basis.rows()) + " frames, " + std::to_string(basis.cols()) +
                    " coefficients\nbasis sha256        " + physics::sha256_of(basis) + "\nsingle precision    " +
                    physics::sha256_single_of(basis) + "\n");
}

void merge_forward(const std::string& path, const std::string& forward, const std::string& out) {
  ModelFile file = base::load_network(path);
  const LoadResult result = add_forward(base::load_forward_part(forward), file);
  if (result.status != Status::ok) throw base::DisagreementError(forward, "the sequence and basis of " + path, result.detail);
  const std::vector<std::uint8_t> bytes = crbm_image(file);
  base::write_text_file(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  base::print_lines(out + ": estimator " + file.network.name + " with a forward part\n");
}

Isa forced_isa(const std::string& text) {
  const Isa isa = cli::isa_option(text);
  if (isa != Isa::automatic && !is_runnable(isa))
    throw base::UsageError("--isa: expected one that this program and CPU have, found " + text);
  return isa;
}

int run(int argc, char** argv) {
  std::string path, out, forward, isa = "auto";
  cli::CommandLine app(
      "Shows what a model file holds, proves that this CPU's kernels compute it, and writes its basis.", "crbrt-model",
      {{{"What a model file holds", "crbrt-model info brain_v2.crbm"},
        {"The basis for a reconstruction", "crbrt-model export-basis --model brain_v2.crbm --out basis.cfl"}}});
  app.exit_code(base::exit_disagreement, "an instruction set gives something else (verify), or models do not belong together");
  cli::Command info_command = app.subcommand("info", "Print everything readable in the file");
  cli::Command verify_command = app.subcommand(
      "verify", "Run the embedded test vector on every instruction set (exit code 4 when one gives something else)");
  cli::Command export_command = app.subcommand("export-basis", "Write the basis, for a reconstruction (docs/mapping.md)");
  cli::Command forward_command =
      app.subcommand("add-forward", "Put a forward part beside an estimator (docs/forward-models.md)");
  forward_command.option("--model FILE", path, "The estimator (.crbm)").required();
  forward_command.option("--forward FILE", forward, "Model file that holds the forward part, alone or beside another estimator")
      .required();
  forward_command.option("--out FILE", out, "Model file to write (.crbm)").required();
  info_command.option("model FILE", path, "Model file (.crbm)").required();
  verify_command.option("model FILE", path, "Model file (.crbm)").required();
  verify_command.option("--isa ISA", isa, "Only this one: " + cli::isa_names() + "; default: all that run here");
  export_command.option("--model FILE", path, "Model file (.crbm)").required();
  export_command.option("--out FILE", out, "Basis [frames, coefficients]: .h5, .mat (v7.3), .npy, or BART's .cfl and .hdr")
      .required();
  if (!app.parse(argc, argv)) return base::exit_ok;
  if (verify_command.is_chosen()) return verify(path, forced_isa(isa));
  if (export_command.is_chosen()) {
    export_basis(path, out);
    return base::exit_ok;
  }
  if (forward_command.is_chosen()) {
    merge_forward(path, forward, out);
    return base::exit_ok;
  }
  base::print_lines(info_text(base::load_any_model(path)));
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::model

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-model", crbrt::model::run, argc, argv); }
