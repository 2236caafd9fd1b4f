/// crbrt-codegen --model M.crbm --precision f32|i8|i16|mixed --out DIR [--name NAME]: writes NAME.hpp, NAME.h, NAME.cpp
/// and NAME_kernels.cpp (compiled where shapes shall be constants).
/// With --target freestanding: NAME.h and NAME.c, C99 that needs no library (docs/bare-metal.md).
/// Integer forms are taken from the model, or made and measured (codegen/quantize).
#include <string>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/escaped.h"
#include "base/model_file.h"
#include "codegen/cost_text.h"
#include "codegen/emit.h"
#include "codegen/freestanding/emit_freestanding.h"
#include "codegen/quantize/make_integer.h"
#include "codegen/source_text.h"
#include "tools/cli/command_line.h"

namespace crbrt::codegen {
namespace {

struct Options {
  IntegerRequest integers;  ///< model path and precision are those of f32, too
  std::string folder, name, save_path, target = "runtime";
  bool is_named = false, has_budget = false;

  /// Is an integer form asked for that the model has not got, or a new one?
  bool asks_to_quantize() const { return has_budget || !integers.dataset_path.empty() || !integers.weights_path.empty(); }
};

/// Throws InputError where C++ cannot use it.
std::string name_of(const Model& model, const std::string& path) {
  const std::string& name = model.info().name;
  const std::string why(why_unusable(name));
  if (!why.empty())
    throw base::InputError(path, "a model whose name is a free C++ identifier (or --name NAME)", name + ", " + why);
  return name;
}

void save(const GeneratedFiles& files, const std::string& folder, const std::string& name) {
  base::AtomicFolder out(folder);
  const auto write = [&](const std::string& file, const std::string& text) {
    base::write_text(out.temporary(file), text, folder + '/' + file);
  };
  write(name + ".hpp", files.cpp_header);
  write(name + ".h", files.c_header);
  write(name + ".cpp", files.source);
  write(name + "_kernels.cpp", files.kernels);
  out.commit();
}

void save(const FreestandingFiles& files, const std::string& folder, const std::string& name) {
  base::AtomicFolder out(folder);
  base::write_text(out.temporary(name + ".h"), files.header, folder + '/' + name + ".h");
  base::write_text(out.temporary(name + ".c"), files.source, folder + '/' + name + ".c");
  out.commit();
}

void save_model(const ModelFile& file, const std::string& path) {
  const std::vector<std::uint8_t> image = crbm_image(file);
  base::write_text_file(path, std::string(image.begin(), image.end()));
}

/// Throws UsageError for options that do not go together.
Options checked(Options options) {
  const std::string& precision = options.integers.precision;
  if (precision != "f32" && precision != "i8" && precision != "i16" && precision != "mixed")
    throw base::UsageError("--precision: expected f32, i8, i16 or mixed, found " + precision);
  if (precision == "f32" && (options.asks_to_quantize() || !options.save_path.empty()))
    throw base::UsageError(
        "--precision f32: expected no option of integer forms (--budget, --dataset, --integer-weights-from, "
        "--save-model), found one");
  if (precision != "mixed" && !options.has_budget) options.integers.budget = 0;  // measured, not refused
  if (options.has_budget && !(options.integers.budget > 0))
    throw base::UsageError("--budget: expected a number above 0, as 0.01 for a CRB loss that rises by 1 %, found another");
  if (options.target != "runtime" && options.target != "freestanding")
    throw base::UsageError("--target: expected runtime or freestanding, found " + options.target);
  if (options.target == "freestanding" && precision == "f32")
    throw base::UsageError("--target freestanding: expected --precision i8, i16 or mixed, found f32");
  if (const std::string why(why_unusable(options.name)); options.is_named && !why.empty())
    throw base::UsageError("--name: expected a free C++ identifier, found " + options.name + ", " + why);
  return options;
}

/// The model with the form that is to be emitted.
struct Prepared {
  ModelFile file;
  Model model;
};

Prepared prepared(const Options& options) {
  const std::string& path = options.integers.model_path;
  Prepared result{base::load_network(path), base::load_model(path)};
  if (options.integers.precision == "f32") return result;
  const IntegerInfo& stored = result.model.info().integers;
  const bool fits =
      stored.precision == options.integers.precision || (options.integers.precision == "mixed" && !stored.precision.empty());
  if (fits && !options.asks_to_quantize() && options.save_path.empty()) return result;
  result.file = make_integer(options.integers);
  if (!options.save_path.empty()) save_model(result.file, options.save_path);
  result.model = base::lowered(result.file, path);
  return result;
}

/// The files, and on stdout what integers cost.
void write_code(const Prepared& prepared, const Options& options) {
  const Model& model = prepared.model;
  const bool is_float = options.integers.precision == "f32";
  std::string sizes;
  if (options.target == "freestanding") {
    const FreestandingFiles files = emit_freestanding(model, prepared.file.network, options.name);
    save(files, options.folder, options.name);
    sizes = '\n' + size_table(files);
  } else {
    save(emit(model, options.name, is_float ? Form::floating : Form::integers), options.folder, options.name);
  }
  if (!is_float) base::print_lines(cost_table(model.info().integers) + sizes);
}

int run(int argc, char** argv) {
  Options options;
  cli::CommandLine app("Turns a model file into C++ source: constant tables that the crbrt runtime executes.", "crbrt-codegen",
                       {{{"C++ tables of a model", "crbrt-codegen --model brain_v1.crbm --precision f32 --out generated"},
                         {"The same in integers, as C99 without libraries",
                          "crbrt-codegen --model brain_v1.crbm --precision i8 --target freestanding --out generated"}}});
  app.option("--model FILE", options.integers.model_path, "Model file (.crbm)").required();
  app.option("--precision PRECISION", options.integers.precision,
             "Arithmetic of the generated model: f32, i8, i16, or mixed (the model's integer form, or the cheapest within "
             "the budget)")
      .required();
  app.option("--target TARGET", options.target,
             "Who runs the code: the crbrt runtime (default), or nobody but a C99 compiler (freestanding: NAME.h, NAME.c)");
  app.option("--out FOLDER", options.folder, "Folder for NAME.hpp, NAME.h, NAME.cpp and NAME_kernels.cpp; made if absent")
      .required();
  const cli::Option name_option =
      app.option("--name NAME", options.name, "C identifier of the model in the generated code; default: the model's name");
  const cli::Option budget_option =
      app.option("--budget RATIO", options.integers.budget,
                 "Largest rise of the CRB loss at SNR 10-100, relative (bias^2/CRB at SNR 100 may rise by 0.05). "
                 "Default 0.01 for mixed; i8 and i16 are only measured");
  app.option("--dataset FILE", options.integers.dataset_path,
             "Data set that calibrates and measures integers; default: the model's embedded sample");
  app.option("--integer-weights-from FILE", options.integers.weights_path,
             "Fine-tuned model whose integers (or weights) are taken; the cost is measured against --model");
  app.option("--save-model FILE", options.save_path, "Writes the model with its integer form (.crbm)");
  if (!app.parse(argc, argv)) return base::exit_ok;
  options.is_named = name_option.is_given();
  options.has_budget = budget_option.is_given();
  options = checked(std::move(options));
  const Prepared ready = prepared(options);
  if (!options.is_named) options.name = name_of(ready.model, options.integers.model_path);
  write_code(ready, options);
  return base::exit_ok;
}

}  // namespace
}  // namespace crbrt::codegen

int main(int argc, char** argv) { return crbrt::base::run_main("crbrt-codegen", crbrt::codegen::run, argc, argv); }
