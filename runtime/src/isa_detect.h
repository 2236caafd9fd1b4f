/// What the CPU says about itself, kept apart from what it means, so that the meaning can be tested on any machine.
#pragma once

#include <cstdint>

#include "crbrt/isa.h"

namespace crbrt {

/// The CPUID and XGETBV words that the decision rests on; zero where the CPU has no such leaf.
struct CpuWords {
  std::uint32_t leaf1_ecx = 0;
  std::uint32_t leaf7_ebx = 0;
  std::uint32_t xcr0 = 0;  ///< which register files the operating system saves; zero without OSXSAVE
};

/// Does a CPU that reports these words run the kernels of `isa`?
bool supports(const CpuWords& words, Isa isa) noexcept;

/// Asks this CPU. All zero on anything but x86.
CpuWords cpu_words() noexcept;

}  // namespace crbrt
