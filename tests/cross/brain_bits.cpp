// SPDX-License-Identifier: Apache-2.0
// Maps a whole brain with the integer program compiled into this file and writes nothing but numbers, so that the same voxels
// can be mapped on any machine and compared by a hash: scripts/same_bits.sh builds and runs it for x86-64, AArch64 and
// WebAssembly.
//     brain_bits COEFFICIENTS.nii ISA OUT.raw
// COEFFICIENTS.nii: NIfTI-1 complex64, [x, y, z, n_coeff], as the demo makes it. OUT.raw: float32 [voxel, output] of the voxels
// with signal, in their order.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "brain_bits_model.hpp"
#include "crbrt/crbrt.hpp"

using namespace crbrt;

namespace {

const Program& program = models::brain_bits_model;
constexpr std::size_t n_coeff = models::brain_bits_model_n_coeff, n_output = models::brain_bits_model_n_output;
constexpr std::size_t slab = 1 << 16;  // voxels at a time

alignas(layout::arena_alignment) std::array<std::byte, models::brain_bits_model_arena_bytes> arena;

struct Header {
  std::size_t n_voxel = 0;
  long offset = 0;
};

/// False where the file is not what the demo writes.
bool read_header(std::FILE* file, Header& header) {
  unsigned char bytes[348];
  if (std::fread(bytes, 1, sizeof bytes, file) != sizeof bytes) return false;
  std::int16_t dim[8], datatype;
  float offset;
  std::memcpy(dim, bytes + 40, sizeof dim);
  std::memcpy(&datatype, bytes + 70, sizeof datatype);
  std::memcpy(&offset, bytes + 108, sizeof offset);
  header = {static_cast<std::size_t>(dim[1]) * static_cast<std::size_t>(dim[2]) * static_cast<std::size_t>(dim[3]),
            static_cast<long>(offset)};
  return datatype == 32 && dim[4] == static_cast<std::int16_t>(n_coeff);
}

/// Voxels first .. first + n as rows of re, im, re, im, ...; those without any signal are left out.
bool read_slab(std::FILE* file, const Header& header, std::size_t first, std::size_t n, std::vector<float>& rows) {
  std::vector<float> volume(2 * n), all(2 * n * n_coeff);
  for (std::size_t c = 0; c < n_coeff; ++c) {
    const auto at = static_cast<long>(sizeof(float) * 2 * (c * header.n_voxel + first));
    if (std::fseek(file, header.offset + at, SEEK_SET) != 0 || std::fread(volume.data(), 8, n, file) != n) return false;
    for (std::size_t v = 0; v < n; ++v) std::memcpy(&all[2 * (v * n_coeff + c)], &volume[2 * v], 8);
  }
  rows.clear();
  for (std::size_t v = 0; v < n; ++v) {
    const float* row = &all[2 * v * n_coeff];
    bool has_signal = false;
    for (std::size_t i = 0; i < 2 * n_coeff; ++i) has_signal = has_signal || row[i] != 0;
    if (has_signal) rows.insert(rows.end(), row, row + 2 * n_coeff);
  }
  return true;
}

int fail(const char* file, const char* expected) {
  std::fprintf(stderr, "%s: expected %s\n", file, expected);
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  Isa isa = Isa::automatic;
  if (argc != 4 || !isa_from_name(argv[2], isa)) return fail("brain_bits", "COEFFICIENTS.nii ISA OUT.raw");
  Session session;
  if (const Status s = session.bind(program, arena.data(), arena.size(), isa); s != Status::ok)
    return fail(argv[2], message(s));
  std::FILE* in = std::fopen(argv[1], "rb");
  Header header;
  if (in == nullptr || !read_header(in, header)) return fail(argv[1], "a NIfTI-1 image of complex64 coefficients");
  std::FILE* out = std::fopen(argv[3], "wb");
  if (out == nullptr) return fail(argv[3], "a file that can be written");
  std::vector<float> rows, estimates;
  std::size_t mapped = 0;
  for (std::size_t first = 0; first < header.n_voxel; first += slab) {
    const std::size_t n = header.n_voxel - first < slab ? header.n_voxel - first : slab;
    if (!read_slab(in, header, first, n, rows)) return fail(argv[1], "all coefficients");
    const std::size_t n_row = rows.size() / (2 * n_coeff);
    estimates.resize(n_row * n_output);
    if (session.run(Coefficients::interleaved_rows(rows.data(), n_row, n_coeff),
                    {.estimates = {estimates.data(), n_row, n_output}}) != Status::ok)
      return fail(argv[1], "coefficients of this model");
    if (std::fwrite(estimates.data(), sizeof(float), estimates.size(), out) != estimates.size()) return fail(argv[3], "space");
    mapped += n_row;
  }
  if (std::fclose(out) != 0) return fail(argv[3], "space");
  std::printf("%s: %zu voxels\n", name(session.isa()), mapped);
  return 0;
}
