/// crbrt-codegen --model M.crbm --precision f32 --out DIR [--name NAME]: writes NAME.hpp, NAME.h and NAME.cpp.
#include <string>

#include "codegen/emit.h"
#include "codegen/names.h"
#include "tools/cli/atomic_output.h"
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/cli/model_file.h"

namespace crbrt::codegen {
namespace {

/// Throws InputError where C++ cannot use it.
std::string name_of(const Model& model, const std::string& path) {
  const std::string& name = model.info().name;
  const std::string why(why_unusable(name));
  if (!why.empty())
    throw cli::InputError(path, "a model whose name is a free C++ identifier (or --name NAME)", name + ", " + why);
  return name;
}

void save(const GeneratedFiles& files, const std::string& folder, const std::string& name) {
  cli::AtomicFolder out(folder);
  const auto write = [&](const std::string& file, const std::string& text) {
    cli::write_text(out.temporary(file), text, folder + '/' + file);
  };
  write(name + ".hpp", files.cpp_header);
  write(name + ".h", files.c_header);
  write(name + ".cpp", files.source);
  out.commit();
}

int run(int argc, char** argv) {
  std::string path, precision, folder, name;
  CLI::App app("Turns a model file into C++ source: constant tables that the crbrt runtime executes.", "crbrt-codegen");
  app.add_option("--model", path, "Model file (.crbm)")->required();
  app.add_option("--precision", precision, "Arithmetic of the generated model: f32")->required();
  app.add_option("--out", folder, "Folder for NAME.hpp, NAME.h and NAME.cpp; made if absent")->required();
  app.add_option("--name", name, "C identifier of the model in the generated code; default: the model's name");
  cli::add_common_options(app);
  if (!cli::parse(app, argc, argv)) return cli::exit_ok;
  if (precision != "f32") throw cli::UsageError("--precision: expected f32, the only precision there is, found " + precision);
  const bool is_named = app.count("--name") != 0;
  if (const std::string why(why_unusable(name)); is_named && !why.empty())
    throw cli::UsageError("--name: expected a free C++ identifier, found " + name + ", " + why);
  const Model model = cli::load_model(path);
  if (!is_named) name = name_of(model, path);
  save(emit(model, name), folder, name);
  return cli::exit_ok;
}

}  // namespace
}  // namespace crbrt::codegen

int main(int argc, char** argv) { return crbrt::cli::run_main("crbrt-codegen", crbrt::codegen::run, argc, argv); }
