/// crbrt-codegen --model M.crbm --precision f32 --out DIR [--name NAME]: writes NAME.hpp, NAME.h and NAME.cpp.
#include <algorithm>
#include <string>

#include "codegen/emit.h"
#include "tools/cli/atomic_output.h"
#include "tools/cli/command_line.h"
#include "tools/cli/error.h"
#include "tools/cli/model_file.h"

namespace crbrt::codegen {
namespace {

bool is_identifier(const std::string& text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
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
  if (app.count("--name") != 0 && !is_identifier(name))
    throw cli::UsageError("--name: expected letters, digits and '_' with a letter first, found " + name);
  const Model model = cli::load_model(path);
  if (name.empty()) name = model.info().name;
  save(emit(model, name), folder, name);
  return cli::exit_ok;
}

}  // namespace
}  // namespace crbrt::codegen

int main(int argc, char** argv) { return crbrt::cli::run_main("crbrt-codegen", crbrt::codegen::run, argc, argv); }
