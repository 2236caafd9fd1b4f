# How kernel sources are compiled: the one place that knows the flags of an instruction set. The list of instruction sets
# itself is runtime/src/kernels/kernels.inc.

# Flags of every runtime source. No contraction: what is fused is written as Ops::mul_add, so compilers agree bit for bit.
# No errno: sqrt is one instruction.
set(crbrt_runtime_flags -fno-exceptions -fno-rtti -ffp-contract=off -fno-math-errno)

set(crbrt_flags_scalar "")
set(crbrt_flags_sse42 -msse4.2)
set(crbrt_flags_avx2 -mavx2 -mfma)

set(crbrt_isas scalar)
if(CMAKE_SIZEOF_VOID_P EQUAL 8 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  list(APPEND crbrt_isas sse42 avx2)
  # Only an include path, never a link to xsimd's target: it must not reach the exported interface.
  find_path(CRBRT_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp REQUIRED DOC "Folder that holds xsimd/xsimd.hpp")
endif()

# crbrt_isa_source(ISA SOURCE): compiles SOURCE of this folder for one instruction set. -O3 wherever there is optimisation at
# all, because register tiles are arrays that must be unrolled into registers.
function(crbrt_isa_source isa source)
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${crbrt_flags_${isa}} "$<$<NOT:$<CONFIG:Debug>>:-O3>")
  if(NOT isa STREQUAL "scalar")
    set_property(SOURCE ${source} APPEND PROPERTY INCLUDE_DIRECTORIES ${CRBRT_XSIMD_INCLUDE_DIR})
  endif()
endfunction()
