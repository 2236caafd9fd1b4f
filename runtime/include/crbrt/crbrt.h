// SPDX-License-Identifier: Apache-2.0
/* The C99 interface of the runtime. Same rules as crbrt.hpp: bind once, then run without heap, locks or exceptions.
 *
 *   const crbrt_program* program = crbrt_model_brain_v1();   // of the generated model's header, or crbrt/loader.h
 *   static _Alignas(CRBRT_ARENA_ALIGNMENT) unsigned char arena[65536];   // >= crbrt_arena_bytes(program)
 *   crbrt_session session = {{0}};
 *   crbrt_status s = crbrt_bind(&session, program, arena, sizeof arena, CRBRT_ISA_AUTO);
 *   crbrt_run_args args = {.struct_size = sizeof args, .n_voxel = n_voxel,
 *                          .real = coefficients,     // [n_voxel, 2 * n_coeff]: all real, then all imaginary parts
 *                          .estimates = estimates};  // [n_voxel, n_output]
 *   if (s == CRBRT_OK) s = crbrt_run(&session, &args);
 *   if (s != CRBRT_OK) puts(crbrt_message(s));
 *
 * Every function may be called from any thread; one session (and its arena) belongs to one thread at a time. Each says what it
 * does with a null pointer. Nothing here takes ownership of memory, and every text that is returned is constant and lives as
 * long as the program or the library that it came from. docs/compatibility.md says what later versions keep.
 */
#ifndef CRBRT_CRBRT_H
#define CRBRT_CRBRT_H

#include <stddef.h>
#include <stdint.h>

#include "crbrt/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A model as constant data. Opaque; in C++ it is a crbrt::Program. */
typedef struct crbrt_program crbrt_program;

/* A bound program; program and arena must outlive it. All zero means not bound. It is plain data that may lie anywhere and be
 * moved by assignment; of two copies only one may be used, because both would write to one arena. */
typedef struct crbrt_session {
  uint64_t opaque[4]; /* of the library's */
} crbrt_session;

/* Result of every fallible call. */
typedef int32_t crbrt_status;
enum {
  CRBRT_OK = 0,
  CRBRT_BAD_SHAPE = 1,          /* the arguments of a run disagree with the program or with each other */
  CRBRT_ARENA_TOO_SMALL = 2,    /* the arena holds fewer bytes than crbrt_arena_bytes() */
  CRBRT_ARENA_MISALIGNED = 3,   /* the arena does not start at a multiple of CRBRT_ARENA_ALIGNMENT */
  CRBRT_ISA_UNAVAILABLE = 4,    /* the instruction set is not built in, or this CPU lacks it */
  CRBRT_BAD_PROGRAM = 5,        /* there is no program, or it contradicts itself */
  CRBRT_NOT_BOUND = 6,          /* there is no session, or it has not been bound */
  CRBRT_BAD_CONTAINER = 7,      /* crbrt/loader.h only: not a model file, cut off, or its checksum does not match its bytes */
  CRBRT_BAD_FORMAT_VERSION = 8, /* crbrt/loader.h only: written by a newer, incompatible version */
  CRBRT_BAD_MODEL = 9,          /* crbrt/loader.h only: well-formed, but its content makes no sense */
  CRBRT_OUT_OF_MEMORY = 10,     /* crbrt/loader.h only */
  CRBRT_IO_ERROR = 11           /* crbrt/loader.h only: the file cannot be read */
};

/* What happened to one voxel: one byte each. */
enum {
  CRBRT_VOXEL_OK = 0,
  CRBRT_VOXEL_NON_FINITE = 1,    /* a coefficient is NaN or infinite: estimates are 0 */
  CRBRT_VOXEL_ZERO_SIGNAL = 2,   /* all coefficients are zero or denormal: estimates are 0 */
  CRBRT_VOXEL_OUTSIDE_RANGE = 3, /* an estimate left its range; it is kept as the network made it */
  CRBRT_VOXEL_NOT_COMPUTED = 4   /* outside the mask; never written by the runtime */
};

/* Instruction sets. */
typedef uint32_t crbrt_isa;
#define CRBRT_ISA_SCALAR ((crbrt_isa)0u)
#define CRBRT_ISA_SSE42 ((crbrt_isa)1u)
#define CRBRT_ISA_AVX2 ((crbrt_isa)2u)
#define CRBRT_ISA_AVX512 ((crbrt_isa)3u)
#define CRBRT_ISA_AVX512VNNI ((crbrt_isa)4u)
#define CRBRT_ISA_NEON ((crbrt_isa)5u)
#define CRBRT_ISA_NEONDOT ((crbrt_isa)6u)
#define CRBRT_ISA_WASM128 ((crbrt_isa)7u)
#define CRBRT_ISA_AUTO ((crbrt_isa)0xffffffffu)

/* Where an arena starts: a multiple of this many bytes. */
#define CRBRT_ARENA_ALIGNMENT 64

/* Bytes of arena that the program needs; 0 for NULL or a program that contradicts itself. */
CRBRT_API size_t crbrt_arena_bytes(const crbrt_program* program);

/* Checks the program and takes the arena of arena_size bytes for the session. On any status but CRBRT_OK the session is left
 * unbound. NULL: a session gives CRBRT_NOT_BOUND, a program CRBRT_BAD_PROGRAM, an arena CRBRT_ARENA_TOO_SMALL. */
CRBRT_API crbrt_status crbrt_bind(crbrt_session* session, const crbrt_program* program, void* arena, size_t arena_size,
                                  crbrt_isa isa);

/* What one run works on. Set struct_size to sizeof(crbrt_run_args) and everything that is not needed to zero. Later versions
 * append members of eight bytes, so that no padding is taken for a member: a caller of an older header is served as if it had
 * left them zero, and a caller of a newer one is refused (CRBRT_BAD_SHAPE) only where it sets a member that the library does
 * not know.
 *
 * Coefficients: n_coeff = crbrt_coefficient_count() complex numbers a voxel. The real part of coefficient c of voxel v is
 * real[v * voxel_stride + c * coefficient_stride], the imaginary part is the same element of imag. Strides are in floats.
 *
 *   layout                                  imag                      voxel_stride  coefficient_stride
 *   [n_voxel, 2 * n_coeff]: all re, all im  real + n_coeff            2 * n_coeff   1
 *   [n_voxel, n_coeff] complex              real + 1                  2 * n_coeff   2
 *   [2 * n_coeff, n_voxel] planes           real + n_coeff * n_voxel  1             n_voxel
 *   [n_coeff, n_voxel] complex planes       real + 1                  2             2 * n_voxel
 *
 * The first layout is also what NULL for imag with both strides zero means.
 *
 * Results: value j of voxel v goes to element v * voxel_stride + j * output_stride of its array. Both strides zero: rows
 * [n_voxel, n_output]; planes [n_output, n_voxel] have the strides 1 and n_voxel. */
typedef struct crbrt_run_args {
  size_t struct_size;             /* sizeof(crbrt_run_args) */
  size_t n_voxel;                 /* voxels */
  const float* real;              /* real part of coefficient 0 of voxel 0 */
  const float* imag;              /* its imaginary part; NULL with both strides zero: rows as above */
  size_t voxel_stride;            /* floats from one voxel to the next */
  size_t coefficient_stride;      /* floats from one coefficient to the next */
  float* estimates;               /* SI units; 0 where a voxel is CRBRT_VOXEL_NON_FINITE or _ZERO_SIGNAL, as are the next two */
  size_t estimates_voxel_stride;  /* floats; both zero: rows */
  size_t estimates_output_stride; /* floats */
  uint8_t* voxel_status;          /* [n_voxel] CRBRT_VOXEL_*, or NULL, which leaves it out */
  size_t voxel_status_stride;     /* bytes; 0: 1 */
  float* standard_deviations;     /* SI units, or NULL, which leaves them out */
  size_t standard_deviations_voxel_stride;  /* floats; both zero: rows */
  size_t standard_deviations_output_stride; /* floats */
  float* atypicality;                       /* [n_voxel], or NULL, which leaves it out */
  size_t atypicality_stride;                /* floats; 0: 1 */
  double sigma; /* noise (standard deviation) of each real and imaginary part; read only with standard_deviations */
} crbrt_run_args;

/* Estimates tissue parameters for n_voxel voxels. Neither the results beside the estimates nor any layout changes a bit of the
 * estimates. On any status but CRBRT_OK nothing is written. No array may overlap another.
 *
 *   CRBRT_NOT_BOUND  session is NULL or not bound
 *   CRBRT_BAD_SHAPE  args is NULL, or its size is that of no version
 *   CRBRT_BAD_SHAPE  real or estimates is NULL where there are voxels, or imag without the short form
 *   CRBRT_BAD_SHAPE  two elements of an array share memory
 *   CRBRT_BAD_SHAPE  the program lacks a result that args names (crbrt_has_uncertainty, crbrt_has_atypicality)
 *   CRBRT_BAD_SHAPE  standard_deviations is not NULL, and sigma as a float is not positive and finite */
CRBRT_API crbrt_status crbrt_run(crbrt_session* session, const crbrt_run_args* args);

/* After a run with the same args, before crbrt_add_prior_pull: which standard deviations are the least or the largest that the
 * model may give, and say no more than that (the largest once the pull of the prior is added). at_limit [n_voxel]: bit j where
 * that of output j is, bit 31 for all outputs from there on; 0 for voxels without an estimate. Of a voxel that is
 * CRBRT_VOXEL_OK, crbrt-map's map of the status then holds 9. Reads estimates and standard_deviations.
 *
 *   CRBRT_BAD_PROGRAM  program is NULL
 *   CRBRT_BAD_SHAPE    as crbrt_run for these two arrays, NULL included; at_limit is NULL; nothing is written */
CRBRT_API crbrt_status crbrt_find_std_limits(const crbrt_program* program, const crbrt_run_args* args, uint32_t* at_limit);

/* After a run with the same args: standard deviations as crbrt-map writes them, which count the pull of the prior, too
 * (add_prior_pull() of crbrt/session.h has the formula). Reads estimates, writes standard_deviations.
 *
 *   CRBRT_BAD_PROGRAM  program is NULL
 *   CRBRT_BAD_SHAPE    as crbrt_run for these two arrays, standard_deviations NULL included; nothing is written */
CRBRT_API crbrt_status crbrt_add_prior_pull(const crbrt_program* program, const crbrt_run_args* args);

/* What a program expects and gives. NULL has no coefficients, no outputs and no name. */
CRBRT_API uint32_t crbrt_coefficient_count(const crbrt_program* program); /* complex coefficients per voxel; NULL: 0 */
CRBRT_API uint32_t crbrt_output_count(const crbrt_program* program);      /* NULL: 0 */
/* index < crbrt_output_count(program), otherwise NULL. */
CRBRT_API const char* crbrt_output_name(const crbrt_program* program, uint32_t index); /* e.g. "t1_free_s" */
CRBRT_API const char* crbrt_output_unit(const crbrt_program* program, uint32_t index); /* e.g. "s"; "1" for a fraction */
CRBRT_API int crbrt_has_uncertainty(
    const crbrt_program* program); /* 1: it gives standard deviations; 0: it does not, or NULL */
CRBRT_API int crbrt_has_atypicality(const crbrt_program* program); /* 1: it gives a score; 0: it does not, or NULL */
/* 99 % of training voxels score at most this. 0: no score, or NULL. */
CRBRT_API float crbrt_atypicality_threshold(const crbrt_program* program);
CRBRT_API const char* crbrt_program_name(const crbrt_program* program); /* the model's name; NULL: "" */

/* One English sentence without a full stop. Never NULL; a number that is no status is "unknown status". */
CRBRT_API const char* crbrt_message(crbrt_status status);

/* Instruction sets by name: "scalar", "sse4.2", "avx2", "avx512", "avx512vnni", "neon", "neondot", "wasm128", "auto". */
CRBRT_API const char* crbrt_isa_name(crbrt_isa isa); /* never NULL; "unknown" for any other number */
/* 1 and the number in *isa (unless isa is NULL) where the name is known; 0, and *isa untouched, where it is not or text is
 * NULL. */
CRBRT_API int crbrt_isa_from_name(const char* text, crbrt_isa* isa);
CRBRT_API int crbrt_isa_is_runnable(crbrt_isa isa);                  /* 1: built in, and this CPU has it; 0: not */
CRBRT_API crbrt_isa crbrt_best_isa(void);                            /* the fastest that runs here */
CRBRT_API crbrt_isa crbrt_session_isa(const crbrt_session* session); /* what bind chose; CRBRT_ISA_AUTO: NULL or not bound */

/* The version of the library, "major.minor.patch"; CRBRT_VERSION_STRING is that of the header. */
CRBRT_API const char* crbrt_version(void);

#ifdef __cplusplus
}
#endif

#endif
