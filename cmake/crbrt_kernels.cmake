# SPDX-License-Identifier: Apache-2.0
# How kernel sources are compiled: the one place that knows the flags of an instruction set. The list of instruction sets
# itself is runtime/src/isa/isas.inc.

# Where the kernels' own headers lie: here in the source tree; crbrtConfig.cmake says where they are installed.
if(NOT crbrt_kernel_headers)
  get_filename_component(crbrt_kernel_headers ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
endif()

# Flags of every runtime source. No contraction: what is fused is written as Ops::mul_add, so compilers agree bit for bit.
# No errno: sqrt is one instruction.
set(crbrt_runtime_flags -fno-exceptions -fno-rtti -ffp-contract=off -fno-math-errno)

set(crbrt_flags_scalar "")
set(crbrt_flags_sse42 -msse4.2)
set(crbrt_flags_avx2 -mavx2 -mfma)
# GCC 12's own header initialises a variable with itself (its bug 105593) and warns where that is inlined. CD, which no kernel
# uses, because xsimd 13 refuses a compiler that has DQ and not CD.
set(crbrt_flags_avx512 -mavx512f -mavx512cd -mavx512bw -mavx512dq -mavx512vl -mfma "$<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized;-Wno-maybe-uninitialized>")
set(crbrt_flags_avx512vnni ${crbrt_flags_avx512} -mavx512vnni)
set(crbrt_flags_neon "")
# GCC 12 inlines the dot product only into code for armv8.2-a, which allows more (isa_detect.cpp asks for it).
set(crbrt_flags_neondot -march=armv8.2-a+dotprod)
set(crbrt_flags_wasm128 -msimd128)

# The same decision as runtime/src/isa_where.h.
set(crbrt_isas scalar)
set(crbrt_xsimd_isas "")
if(CMAKE_SIZEOF_VOID_P EQUAL 8 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(crbrt_xsimd_isas sse42 avx2 avx512 avx512vnni)
  list(APPEND crbrt_isas ${crbrt_xsimd_isas})
  # Only an include path, never a link to xsimd's target: it must not reach the exported interface.
  find_path(CRBRT_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp REQUIRED DOC "Folder that holds xsimd/xsimd.hpp")
elseif(CMAKE_SIZEOF_VOID_P EQUAL 8 AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  list(APPEND crbrt_isas neon neondot)
elseif(EMSCRIPTEN)
  list(APPEND crbrt_isas wasm128)
endif()

# What AddressSanitizer may not look for where every op of a network is inlined into one function: GCC 12 took
# eighteen minutes of two cores for four such functions of a small network with use-after-scope, and takes fifteen seconds for one
# without (2.5 with no sanitizer).
set(crbrt_flags_inlined "$<$<CXX_COMPILER_ID:GNU>:-fno-sanitize-address-use-after-scope>")

# crbrt_isa_source(ISA SOURCE): compiles SOURCE for one instruction set. -O3 wherever there is optimisation at
# all, because register tiles are arrays that must be unrolled into registers.
function(crbrt_isa_source isa source)
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${crbrt_flags_${isa}} ${crbrt_flags_inlined}
               "$<$<NOT:$<CONFIG:Debug>>:-O3>")
  if(isa IN_LIST crbrt_xsimd_isas)
    set_property(SOURCE ${source} APPEND PROPERTY INCLUDE_DIRECTORIES ${CRBRT_XSIMD_INCLUDE_DIR})
  endif()
endfunction()

# crbrt_isa_objects(TARGET ISA SOURCE...): an object library of sources that every instruction set shares, for one of them, which
# CRBRT_ISA (its namespace) and CRBRT_ISA_HEADER (its Ops) name. Always optimised: unoptimised, inline functions of headers would
# be emitted with the flags of an instruction set, for the linker to pick for everybody.
function(crbrt_isa_objects target isa)
  add_library(${target} OBJECT ${ARGN})
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(${target} PRIVATE ${crbrt_runtime_flags} ${crbrt_flags_${isa}} ${crbrt_flags_inlined} -O3)
  target_compile_definitions(${target} PRIVATE CRBRT_ISA=${isa} CRBRT_ISA_HEADER="runtime/src/isa/${isa}.h")
  if(isa IN_LIST crbrt_xsimd_isas)
    target_include_directories(${target} SYSTEM PRIVATE ${CRBRT_XSIMD_INCLUDE_DIR})
  endif()
  target_link_libraries(${target} PRIVATE crbrt::format)
endfunction()
