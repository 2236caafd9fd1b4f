// SPDX-License-Identifier: Apache-2.0
/// What the CPU says about itself, kept apart from what it means, so that the meaning can be tested on any machine.
#pragma once

#include <cstdint>

#include "crbrt/isa.h"

namespace crbrt {

/// The CPUID and XGETBV words of x86 and the ID register of AArch64 that the decision rests on; zero where there is none.
struct CpuWords {
  std::uint32_t leaf1_ecx = 0;
  std::uint32_t leaf7_ebx = 0;
  std::uint32_t leaf7_ecx = 0;
  std::uint32_t xcr0 = 0;   ///< which register files the operating system saves; zero without OSXSAVE
  std::uint64_t isar0 = 0;  ///< ID_AA64ISAR0_EL1, as the operating system shows it
  bool is_aarch64 = false;
  bool is_wasm = false;
};

/// Does a CPU that reports these words run the kernels of `isa`?
bool supports(const CpuWords& words, Isa isa) noexcept;

/// Asks this CPU.
CpuWords cpu_words() noexcept;

}  // namespace crbrt
