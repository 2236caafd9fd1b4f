/* The C99 interface of the runtime. Same rules as crbrt.hpp: bind once, then run without heap, locks or exceptions.
 *
 *   const crbrt_program* program = crbrt_model_brain_v1();             // from the generated model's header
 *   static _Alignas(64) unsigned char arena[65536];                    // >= crbrt_arena_bytes(program), start aligned to 64
 *   crbrt_session session = {{0}};
 *   crbrt_status s = crbrt_bind(&session, program, arena, sizeof arena, CRBRT_ISA_AUTO);
 *   if (s == CRBRT_OK) s = crbrt_run(&session, coefficients, n_voxel, estimates, voxel_status);
 *   if (s != CRBRT_OK) puts(crbrt_message(s));
 */
#ifndef CRBRT_CRBRT_H
#define CRBRT_CRBRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A model as constant data. Opaque; in C++ it is a crbrt::Program. */
typedef struct crbrt_program crbrt_program;

/* A bound program. Plain data that may be copied; all zero means not bound. Program and arena must outlive it. */
typedef struct crbrt_session {
  uint64_t opaque[4];
} crbrt_session;

/* Result of every fallible call (status.h says when each occurs). */
typedef int32_t crbrt_status;
enum {
  CRBRT_OK = 0,
  CRBRT_BAD_SHAPE = 1,
  CRBRT_ARENA_TOO_SMALL = 2,
  CRBRT_ARENA_MISALIGNED = 3,
  CRBRT_ISA_UNAVAILABLE = 4,
  CRBRT_BAD_PROGRAM = 5,
  CRBRT_NOT_BOUND = 6
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

/* Bytes of arena that the program needs, which must start at a multiple of CRBRT_ARENA_ALIGNMENT. 0: bad program. */
#define CRBRT_ARENA_ALIGNMENT 64
size_t crbrt_arena_bytes(const crbrt_program* program);

/* Checks the program and takes the arena. On any status but CRBRT_OK the session is left unbound. */
crbrt_status crbrt_bind(crbrt_session* session, const crbrt_program* program, void* arena, size_t arena_size, crbrt_isa isa);

/* Estimates tissue parameters for n_voxel voxels. One session (and arena) per thread.
 * coefficients [n_voxel, 2 * n_coeff]: real parts, then imaginary parts of each voxel.
 * estimates    [n_voxel, n_output], SI units.     voxel_status [n_voxel] CRBRT_VOXEL_*, or NULL when nobody wants it.
 * A null pointer where there are voxels is CRBRT_BAD_SHAPE. */
crbrt_status crbrt_run(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                       uint8_t* voxel_status);

/* The same for interleaved complex coefficients: re, im, re, im, ... */
crbrt_status crbrt_run_interleaved(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                                   uint8_t* voxel_status);

/* The same with standard deviations and atypicality: 0 where a voxel is CRBRT_VOXEL_NON_FINITE or _ZERO_SIGNAL.
 * sigma        standard deviation of the noise of each real and imaginary part; positive and finite where std is asked for.
 * std          [n_voxel, n_output], SI units, or NULL.     atypicality [n_voxel], or NULL.
 * Asking a program for what it lacks is CRBRT_BAD_SHAPE. The estimates are those of crbrt_run, bit for bit. */
crbrt_status crbrt_run_details(const crbrt_session* session, const float* coefficients, size_t n_voxel, float* estimates,
                               uint8_t* voxel_status, float sigma, float* std_or_null, float* atypicality_or_null);
crbrt_status crbrt_run_details_interleaved(const crbrt_session* session, const float* coefficients, size_t n_voxel,
                                           float* estimates, uint8_t* voxel_status, float sigma, float* std_or_null,
                                           float* atypicality_or_null);

/* What a program expects and gives. index < crbrt_output_count(program), otherwise NULL. */
uint32_t crbrt_coefficient_count(const crbrt_program* program); /* complex coefficients per voxel */
uint32_t crbrt_output_count(const crbrt_program* program);
const char* crbrt_output_name(const crbrt_program* program, uint32_t index);
const char* crbrt_output_unit(const crbrt_program* program, uint32_t index);
int crbrt_has_uncertainty(const crbrt_program* program);         /* 1: it gives standard deviations */
int crbrt_has_atypicality(const crbrt_program* program);         /* 1: it gives a score */
float crbrt_atypicality_threshold(const crbrt_program* program); /* 99 % of training voxels score at most this; 0: no score */
const char* crbrt_program_name(const crbrt_program* program);

/* One English sentence without a full stop. Never null. */
const char* crbrt_message(crbrt_status status);

/* Instruction sets by name: "scalar", "sse4.2", "avx2", "avx512", "avx512vnni", "neon", "neondot", "wasm128", "auto".
 * Functions that answer yes or no return 1 or 0. */
const char* crbrt_isa_name(crbrt_isa isa);
int crbrt_isa_from_name(const char* text, crbrt_isa* isa);
int crbrt_isa_is_runnable(crbrt_isa isa);
crbrt_isa crbrt_best_isa(void);
crbrt_isa crbrt_session_isa(const crbrt_session* session); /* what bind chose */

const char* crbrt_version(void); /* "major.minor.patch" */

#ifdef __cplusplus
}
#endif

#endif
