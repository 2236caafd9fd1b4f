/// Shapes as a constant of the generated source; the algorithms are the runtime's own headers.
#include "codegen/emit_kernels.h"

#include "codegen/kind_names.h"

namespace crbrt::codegen {
namespace {

std::string shape_row(const Program& p, const Op& op) {
  const std::string add = op.add_slot < 0 ? "-1" : std::to_string(words_before(p, static_cast<std::uint32_t>(op.add_slot)));
  return std::string("    {.kind = OpKind::") + kind_name(op.kind) + ", .n_in = " + std::to_string(op.n_in) +
         ", .n_out = " + std::to_string(op.n_out) + ", .in_word = " + std::to_string(words_before(p, op.in_slot)) +
         ", .out_word = " + std::to_string(words_before(p, op.out_slot)) + ",\n     .add_word = " + add +
         ", .relu = " + std::to_string(op.relu) + ", .n_group = " + std::to_string(op.n_group) +
         ", .out = Number::" + number_name(op.out) + "},\n";
}

constexpr const char* parameters = "(const Program& program, float* arena, std::size_t n_voxel, bool outputs_only) noexcept";

}  // namespace

std::string emit_kernels(const Program& p, const std::string& name) {
  std::string text =
      "// The ops of the program with their shapes as constants. Compiled once for each instruction set, with CRBRT_ISA and\n"
      "// CRBRT_ISA_HEADER defined: crbrt_add_model(... SPECIALISED).\n#include CRBRT_ISA_HEADER\n\n"
      "#include \"runtime/src/kernels/network/network-inl.h\"\n\nnamespace crbrt::CRBRT_ISA {\n\nconstexpr NetworkShape<" +
      std::to_string(p.n_op) + "> " + name + "_shape = {{\n";
  for (std::uint32_t i = 0; i < p.n_op; ++i) text += shape_row(p, p.ops[i]);
  const std::string head = "void " + name + "_run" + parameters;
  return text + "  },\n  " + std::to_string(p.n_output) + "};\n\n" + head + ";\n" + head + " {\n  run_network<Ops, " + name +
         "_shape>(program, arena, n_voxel, outputs_only);\n}\n\n}  // namespace crbrt::CRBRT_ISA\n";
}

std::string compiled_table(const std::string& name) {
  const std::string list = "#include \"runtime/src/kernels/kernels.inc\"\n#undef CRBRT_ISA\n";
  return "\n#ifdef CRBRT_SPECIALISED\n}  // namespace " + name +
         "_tables\n}  // namespace crbrt::models\n\n#include \"runtime/src/isa_where.h\"\n\nnamespace crbrt {\n"
         "#define CRBRT_ISA(isa, text, where) \\\n  namespace isa { void " +
         name + "_run(const Program&, float*, std::size_t, bool) noexcept; }\n" + list +
         "}  // namespace crbrt\n\nnamespace crbrt::models {\nnamespace " + name +
         "_tables {\nconstexpr CompiledNetwork compiled = {{\n#define CRBRT_ISA(isa, text, where) where(crbrt::isa::" + name +
         "_run),\n" + list + "}};\n#endif\n";
}

}  // namespace crbrt::codegen
