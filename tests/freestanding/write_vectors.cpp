// SPDX-License-Identifier: Apache-2.0
/// crbrt-freestanding-vectors MODEL.crbm NAME N OUT.h: coefficients of N voxels, and the inputs, sums, estimates and status
/// that the runtime's scalar kernels give on this machine, as tables of C for board/main.c.
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "crbrt/loader.hpp"
#include "tests/freestanding/integer_voxels.h"
#include "tests/freestanding/session_sums.h"

namespace {

template <class T, class Text>
void write_table(std::ofstream& out, const char* type, const char* name, const std::vector<T>& values, std::size_t width,
                 Text text) {
  out << "static const " << type << ' ' << name << "[N_VECTOR]";
  if (width > 0) out << '[' << width << ']';
  out << " = {\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (width > 0 && i % width == 0) out << '{';
    out << text(values[i]) << (width > 0 && (i + 1) % width == 0 ? "},\n" : ", ");
  }
  out << "};\n";
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

void write_names(std::ofstream& out, const std::string& name) {
  out << "#include \"" << name << ".h\"\n";
  for (const char* constant : {"ARENA_BYTES", "N_COEFF", "N_OUTPUT"})
    out << "#define MODEL_" << constant << ' ' << upper(name) << '_' << constant << '\n';
  for (const char* function : {"preprocess", "network", "estimate"})
    out << "#define MODEL_" << upper(function) << ' ' << name << '_' << function << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fputs("usage: crbrt-freestanding-vectors MODEL.crbm NAME N OUT.h\n", stderr), 2;
  crbrt::Model model;
  const crbrt::LoadResult loaded = crbrt::load_model_file(argv[1], model);
  if (loaded.status != crbrt::Status::ok || model.integer_program() == nullptr)
    return std::fprintf(stderr, "%s: expected a model with an integer form, found %s\n", argv[1], loaded.detail.c_str()), 1;
  const crbrt::Program& program = *model.integer_program();
  const auto n = static_cast<std::size_t>(std::atoi(argv[3]));
  const std::vector<std::int16_t> coefficients = crbrt::tests::integer_voxels(n, program.n_coeff);
  const crbrt::tests::IntegerResult r = crbrt::tests::run_integers(program, coefficients, crbrt::Isa::scalar);
  if (r.sums.empty()) return std::fputs("the session cannot be bound\n", stderr), 1;
  std::ofstream out(argv[4]);
  write_names(out, argv[2]);
  out << "#define N_VECTOR " << n << '\n';
  write_table(out, "int16_t", "vector_coefficients", coefficients, 2 * program.n_coeff,
              [](std::int16_t x) { return std::to_string(x); });
  write_table(out, "int16_t", "vector_inputs", r.inputs, 2 * program.n_coeff, [](std::int16_t x) { return std::to_string(x); });
  write_table(out, "int32_t", "vector_sums", r.sums, program.n_output,
              [](std::int32_t x) { return x == INT32_MIN ? std::string("-2147483647 - 1") : std::to_string(x); });
  write_table(out, "uint32_t", "vector_estimate_bits", r.estimates, program.n_output,
              [](float x) { return std::to_string(std::bit_cast<std::uint32_t>(x)) + 'u'; });
  write_table(out, "uint8_t", "vector_status", r.status, 0,
              [](crbrt::VoxelStatus x) { return std::to_string(static_cast<int>(x)); });
  out.close();
  return out ? 0 : (std::fprintf(stderr, "%s: expected a file that can be written\n", argv[4]), 1);
}
