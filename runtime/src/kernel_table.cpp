// SPDX-License-Identifier: Apache-2.0
// Instruction sets by name and their kernels: everything here is generated from isas.inc.
#include "runtime/src/kernel_table.h"

#include "runtime/src/isa_where.h"

namespace crbrt {

#define CRBRT_ISA(isa, text, where)                    \
  namespace isa {                                      \
  extern const KernelTable kernels, one_voxel_kernels; \
  }
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA

namespace {

struct Entry {
  Isa isa;
  const char* text;
  const KernelTable *kernels, *one_voxel_kernels;
};

constexpr Entry entries[] = {
#define CRBRT_ISA(isa, text, where) {Isa::isa, text, where(isa::kernels), where(isa::one_voxel_kernels)},
#include "runtime/src/isa/isas.inc"
#undef CRBRT_ISA
};

constexpr std::size_t n_entry = sizeof entries / sizeof entries[0];

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < n_entry; ++i)
    if (static_cast<std::size_t>(entries[i].isa) != i) return false;
  return true;
}
static_assert(in_enum_order(), "isas.inc lists instruction sets in the order of enum Isa");

constexpr const char* automatic_text = "auto";

bool equal(const char* a, const char* b) noexcept {
  for (; *a != '\0' && *a == *b; ++a) ++b;
  return *a == *b;
}

const Entry* find(Isa isa) noexcept {
  const auto index = static_cast<std::size_t>(isa);
  return index < n_entry ? &entries[index] : nullptr;
}

}  // namespace

const KernelTable* kernel_table(Isa isa) noexcept {
  const Entry* entry = find(isa);
  return entry != nullptr ? entry->kernels : nullptr;
}

const KernelTable* one_voxel_kernel_table(Isa isa) noexcept {
  const Entry* entry = find(isa);
  return entry != nullptr ? entry->one_voxel_kernels : nullptr;
}

const char* name(Isa isa) noexcept {
  if (isa == Isa::automatic) return automatic_text;
  const Entry* entry = find(isa);
  return entry != nullptr ? entry->text : "unknown";
}

bool isa_from_name(const char* text, Isa& isa) noexcept {
  if (text == nullptr) return false;
  if (equal(text, automatic_text)) {
    isa = Isa::automatic;
    return true;
  }
  for (const Entry& entry : entries)
    if (equal(text, entry.text)) {
      isa = entry.isa;
      return true;
    }
  return false;
}

bool is_built(Isa isa) noexcept { return kernel_table(isa) != nullptr; }
std::size_t isa_count() noexcept { return n_entry; }
Isa isa_at(std::size_t index) noexcept { return entries[index].isa; }

Isa best_isa() noexcept {
  for (std::size_t i = n_entry; i-- > 1;)
    if (is_runnable(entries[i].isa)) return entries[i].isa;
  return Isa::scalar;
}

}  // namespace crbrt
