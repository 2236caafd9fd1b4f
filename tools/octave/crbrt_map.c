/* SPDX-License-Identifier: Apache-2.0 */
/* crbrt_map.mex: quantitative maps in MATLAB and GNU Octave, by the C interface of the runtime.
 *
 *   maps = crbrt_map('brain_v2.crbm', coefficients)                     single complex [x, y, z, R], or [.., R] of any grid
 *   maps = crbrt_map('brain_v2.crbm', coefficients, options)            a struct, all fields optional:
 *     options.mask       logical, or whole numbers from 0 on, of the grid's size; where it is 0 or NaN nothing is computed
 *     options.sigma      noise of the real and of the imaginary part of a coefficient: maps.std is there
 *     options.precision  'float' (default) or 'integer'
 *
 * maps.NAME is a single array of the grid's size in SI units for every output of the model; maps.units.NAME its unit;
 * maps.std.NAME its standard deviation; maps.status uint8: 0 done, 1 not finite, 2 no signal, 3 outside the model's range, 4
 * not computed, 9 a standard deviation at its limit; maps.atypicality where the model has a score, and
 * maps.atypicality_threshold. crbrt_map.m is its help text.
 *
 * Built with interleaved complex numbers (-R2018a), so that coefficients are read where they lie. docs/octave.md has the
 * commands.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crbrt/crbrt.h"
#include "crbrt/loader.h"
#include "mex.h"

enum { batch = 4096, most_outputs = 64, most_dimensions = 16 };
enum { status_std_at_limit = 9 }; /* as in the maps of crbrt-map (docs/mapping.md) */

/* What a call owns beside what Octave and MATLAB free themselves; mexErrMsgIdAndTxt does not return. */
struct call {
  crbrt_model* model;
  void* memory; /* of the arena */
};

static void end_with(struct call* call, const char* kind, const char* text) {
  char identifier[64];
  crbrt_model_free(call->model);
  free(call->memory);
  snprintf(identifier, sizeof identifier, "crbrt:%s", kind);
  mexErrMsgIdAndTxt(identifier, "%s", text); /* Octave and MATLAB name the function themselves */
}

/* The grid: all sizes of the coefficients but the last that is not 1. */
struct grid {
  mwSize dimensions[most_dimensions];
  mwSize n_dimension;
  size_t n_voxel, n_coeff;
};

static void find_grid(struct call* call, const mxArray* coefficients, size_t n_coeff, struct grid* grid) {
  const mwSize* sizes = mxGetDimensions(coefficients);
  mwSize n = mxGetNumberOfDimensions(coefficients), i;
  char text[160];
  if (n > most_dimensions) end_with(call, "size", "coefficients: expected at most 16 dimensions");
  grid->n_coeff = sizes[n - 1];
  if (grid->n_coeff != n_coeff) {
    snprintf(text, sizeof text, "coefficients: expected %lu along the last dimension, as many as the model has, found %lu",
             (unsigned long)n_coeff, (unsigned long)grid->n_coeff);
    end_with(call, "size", text);
  }
  grid->n_voxel = 1;
  grid->n_dimension = n > 2 ? n - 1 : 2;
  grid->dimensions[1] = 1;
  for (i = 0; i < n - 1; ++i) {
    grid->dimensions[i] = sizes[i];
    grid->n_voxel *= sizes[i];
  }
}

static const mxArray* option(const mxArray* options, const char* name) {
  const mxArray* field = options == NULL ? NULL : mxGetField(options, 0, name);
  return field == NULL || mxIsEmpty(field) ? NULL : field;
}

static void check_options(struct call* call, const mxArray* options) {
  static const char* const known[] = {"mask", "sigma", "precision"};
  char text[160];
  int i;
  if (options == NULL) return;
  if (!mxIsStruct(options) || mxGetNumberOfElements(options) != 1)
    end_with(call, "options", "options: expected a struct with the fields mask, sigma, precision");
  for (i = 0; i < mxGetNumberOfFields(options); ++i) {
    const char* name = mxGetFieldNameByNumber(options, i);
    if (strcmp(name, known[0]) == 0 || strcmp(name, known[1]) == 0 || strcmp(name, known[2]) == 0) continue;
    snprintf(text, sizeof text, "options: expected the fields mask, sigma, precision, found %.80s", name);
    end_with(call, "options", text);
  }
}

/* [voxel] not 0 where something is to be computed; NULL for all. Octave and MATLAB free what is made for it. */
static const unsigned char* mask_of(struct call* call, const mxArray* options, const struct grid* grid) {
  const mxArray* mask = option(options, "mask");
  unsigned char* is_set;
  mxArray *numbers, *input;
  const double* values;
  size_t v;
  mwSize i;
  if (mask == NULL) return NULL;
  if (mxIsComplex(mask) || !(mxIsLogical(mask) || mxIsNumeric(mask)))
    end_with(call, "mask", "mask: expected a logical or real array");
  for (i = 0; i < grid->n_dimension || i < mxGetNumberOfDimensions(mask); ++i) {
    const mwSize expected = i < grid->n_dimension ? grid->dimensions[i] : 1,
                 found = i < mxGetNumberOfDimensions(mask) ? mxGetDimensions(mask)[i] : 1;
    char text[160];
    if (expected == found) continue;
    snprintf(text, sizeof text, "mask: expected %lu along dimension %lu, as the coefficients have, found %lu",
             (unsigned long)expected, (unsigned long)(i + 1), (unsigned long)found);
    end_with(call, "mask", text);
  }
  if (mxIsLogical(mask) && sizeof(mxLogical) == 1) return (const unsigned char*)mxGetLogicals(mask);
  is_set = mxMalloc(grid->n_voxel + 1);
  input = (mxArray*)mask;
  if (mexCallMATLAB(1, &numbers, 1, &input, "double") != 0) end_with(call, "mask", "mask: expected a logical or real array");
  values = mxGetPr(numbers);
  for (v = 0; v < grid->n_voxel; ++v) {
    char text[160];
    is_set[v] = values[v] != 0 && !isnan(values[v]);
    if (!is_set[v] || (values[v] > 0 && values[v] == floor(values[v]))) continue;
    snprintf(text, sizeof text,
             "mask: expected true and false, or whole numbers from 0 on, found %g; mask >= 0.5 makes one of probabilities",
             values[v]);
    end_with(call, "mask", text);
  }
  mxDestroyArray(numbers);
  return is_set;
}

static double sigma_of(struct call* call, const mxArray* options, const crbrt_program* program) {
  const mxArray* sigma = option(options, "sigma");
  double value;
  if (sigma == NULL) return 0;
  value = mxIsNumeric(sigma) && !mxIsComplex(sigma) && mxGetNumberOfElements(sigma) == 1 ? mxGetScalar(sigma) : 0;
  if (!(value > 0) || isinf(value)) end_with(call, "sigma", "sigma: expected a number above 0");
  if (!crbrt_has_uncertainty(program))
    end_with(call, "sigma", "sigma: expected a model that predicts standard deviations, found one without");
  return value;
}

static const crbrt_program* program_of(struct call* call, const mxArray* options) {
  const mxArray* precision = option(options, "precision");
  char text[16] = "float";
  const crbrt_program* integer;
  if (precision != NULL && mxGetString(precision, text, sizeof text) != 0) strcpy(text, "another");
  if (strcmp(text, "float") == 0) return crbrt_model_program(call->model);
  if (strcmp(text, "integer") != 0) end_with(call, "precision", "precision: expected 'float' or 'integer'");
  integer = crbrt_model_integer_program(call->model);
  if (integer == NULL) end_with(call, "precision", "precision: expected a model with an integer form, found one without");
  return integer;
}

/* Voxels that lie together in the grid. */
struct run {
  size_t first, count;
};

/* The voxels of up to a batch, from voxel *next on, as runs, and their coefficients [n_coeff, *n] gathered. Returns how many
 * runs. */
static size_t gather(const struct grid* grid, const float* coefficients, const unsigned char* mask, size_t* next,
                     struct run* runs, size_t* n, float* gathered) {
  size_t n_run = 0, k, r;
  for (*n = 0; *n < batch; *n += runs[n_run++].count) {
    struct run run;
    while (mask != NULL && *next < grid->n_voxel && !mask[*next]) ++*next;
    if (*next == grid->n_voxel) break;
    run.first = *next;
    while (*next < grid->n_voxel && *next - run.first < batch - *n && (mask == NULL || mask[*next])) ++*next;
    run.count = *next - run.first;
    runs[n_run] = run;
  }
  for (k = 0; k < grid->n_coeff; ++k)
    for (r = 0; r < n_run; ++r) {
      memcpy(gathered, coefficients + 2 * (k * grid->n_voxel + runs[r].first), 2 * runs[r].count * sizeof(float));
      gathered += 2 * runs[r].count;
    }
  return n_run;
}

/* Numbers of the voxels of runs to their places in the grid. */
static void put(const struct run* runs, size_t n_run, const void* from, size_t size, void* grid) {
  const char* values = from;
  size_t r;
  for (r = 0; r < n_run; values += size * runs[r++].count)
    memcpy((char*)grid + size * runs[r].first, values, size * runs[r].count);
}

/* Nothing else is said of a voxel that has a standard deviation at its limit. */
static void mark_limits(size_t n, const uint32_t* at_limit, uint8_t* flags) {
  size_t v;
  for (v = 0; v < n; ++v)
    if (at_limit[v] != 0 && flags[v] == CRBRT_VOXEL_OK) flags[v] = status_std_at_limit;
}

void mexFunction(int n_left, mxArray* left[], int n_right, const mxArray* right[]) {
  struct call call = {NULL, NULL};
  struct grid grid;
  const mxArray* options = n_right > 2 ? right[2] : NULL;
  const crbrt_program* program;
  crbrt_session session = {{0}};
  crbrt_status status;
  const unsigned char* mask;
  unsigned char* voxel_status;
  const float* coefficients;
  float *estimates[most_outputs], *deviations[most_outputs], *scores = NULL, *in, *out, *std, *score;
  mxArray *maps, *units, *std_maps = NULL, *status_map;
  struct run* runs;
  size_t next = 0, n_output, j, n, n_run, arena_bytes;
  double sigma;
  char *path, detail[512] = "";
  (void)n_left;

  if (n_right < 2 || n_right > 3) end_with(&call, "arguments", "expected a model file, coefficients and perhaps options");
  if (!mxIsChar(right[0])) end_with(&call, "arguments", "expected the path of a .crbm file first");
  if (!mxIsSingle(right[1]) || !mxIsComplex(right[1]))
    end_with(&call, "arguments",
             "coefficients: expected a single complex array, as single(c) or complex(single(re), single(im)) makes it");
  path = mxArrayToString(right[0]);
  status = crbrt_load_file(path, &call.model, detail, sizeof detail);
  if (status != CRBRT_OK) {
    char text[1024];
    snprintf(text, sizeof text, "%.400s: expected a model; %s", path, detail[0] != '\0' ? detail : crbrt_message(status));
    end_with(&call, "model", text);
  }
  check_options(&call, options);
  program = program_of(&call, options);
  n_output = crbrt_output_count(program);
  if (n_output > most_outputs) end_with(&call, "model", "expected a model of at most 64 outputs");
  find_grid(&call, right[1], crbrt_coefficient_count(program), &grid);
  mask = mask_of(&call, options, &grid);
  sigma = sigma_of(&call, options, program);

  /* Memory of the arena by hand: mxMalloc promises no alignment. */
  arena_bytes = crbrt_arena_bytes(program);
  call.memory = malloc(arena_bytes + CRBRT_ARENA_ALIGNMENT);
  if (call.memory == NULL) end_with(&call, "memory", "out of memory");
  {
    unsigned char* arena = call.memory;
    arena += CRBRT_ARENA_ALIGNMENT - (size_t)arena % CRBRT_ARENA_ALIGNMENT;
    status = crbrt_bind(&session, program, arena, arena_bytes, CRBRT_ISA_AUTO);
  }
  if (status != CRBRT_OK) end_with(&call, "model", crbrt_message(status));

  maps = mxCreateStructMatrix(1, 1, 0, NULL);
  units = mxCreateStructMatrix(1, 1, 0, NULL);
  if (sigma > 0) std_maps = mxCreateStructMatrix(1, 1, 0, NULL);
  for (j = 0; j < n_output; ++j) {
    const char* name = crbrt_output_name(program, (uint32_t)j);
    mxArray* map = mxCreateNumericArray(grid.n_dimension, grid.dimensions, mxSINGLE_CLASS, mxREAL);
    estimates[j] = mxGetData(map);
    mxSetFieldByNumber(maps, 0, mxAddField(maps, name), map);
    mxSetFieldByNumber(units, 0, mxAddField(units, name), mxCreateString(crbrt_output_unit(program, (uint32_t)j)));
    if (std_maps == NULL) continue;
    map = mxCreateNumericArray(grid.n_dimension, grid.dimensions, mxSINGLE_CLASS, mxREAL);
    deviations[j] = mxGetData(map);
    mxSetFieldByNumber(std_maps, 0, mxAddField(std_maps, name), map);
  }
  status_map = mxCreateNumericArray(grid.n_dimension, grid.dimensions, mxUINT8_CLASS, mxREAL);
  voxel_status = mxGetData(status_map);
  memset(voxel_status, CRBRT_VOXEL_NOT_COMPUTED, grid.n_voxel);
  mxSetFieldByNumber(maps, 0, mxAddField(maps, "status"), status_map);
  mxSetFieldByNumber(maps, 0, mxAddField(maps, "units"), units);
  if (std_maps != NULL) mxSetFieldByNumber(maps, 0, mxAddField(maps, "std"), std_maps);
  if (crbrt_has_atypicality(program)) {
    mxArray* map = mxCreateNumericArray(grid.n_dimension, grid.dimensions, mxSINGLE_CLASS, mxREAL);
    scores = mxGetData(map);
    mxSetFieldByNumber(maps, 0, mxAddField(maps, "atypicality"), map);
    mxSetFieldByNumber(maps, 0, mxAddField(maps, "atypicality_threshold"),
                       mxCreateDoubleScalar(crbrt_atypicality_threshold(program)));
  }

  /* Re, im, re, im, ...; mxGetComplexSingles of Octave 7.3 refuses single complex arrays (findings/octave_complex_singles.sh).
   */
  coefficients = mxGetData(right[1]);
  runs = mxMalloc(batch * sizeof *runs);
  in = mxMalloc(2 * batch * grid.n_coeff * sizeof *in);
  out = mxMalloc(batch * n_output * sizeof *out);
  std = mxMalloc(batch * n_output * sizeof *std);
  score = mxMalloc(batch * sizeof *score);
  while ((n_run = gather(&grid, coefficients, mask, &next, runs, &n, in)) > 0) {
    uint8_t flags[batch];
    uint32_t at_limit[batch];
    crbrt_run_args args = {0};
    args.struct_size = sizeof args;
    args.n_voxel = n;
    args.real = in;
    args.imag = in + 1;
    args.voxel_stride = 2;
    args.coefficient_stride = 2 * n;
    args.estimates = out;
    args.estimates_voxel_stride = 1;
    args.estimates_output_stride = n;
    args.voxel_status = flags;
    args.sigma = sigma;
    if (std_maps != NULL) {
      args.standard_deviations = std;
      args.standard_deviations_voxel_stride = 1;
      args.standard_deviations_output_stride = n;
    }
    if (scores != NULL) args.atypicality = score;
    status = crbrt_run(&session, &args);
    if (status == CRBRT_OK && std_maps != NULL) status = crbrt_find_std_limits(program, &args, at_limit);
    if (status == CRBRT_OK && std_maps != NULL) status = crbrt_add_prior_pull(program, &args);
    if (status != CRBRT_OK) end_with(&call, "run", crbrt_message(status));
    if (std_maps != NULL) mark_limits(n, at_limit, flags);
    for (j = 0; j < n_output; ++j) {
      put(runs, n_run, out + j * n, sizeof *out, estimates[j]);
      if (std_maps != NULL) put(runs, n_run, std + j * n, sizeof *std, deviations[j]);
    }
    put(runs, n_run, flags, sizeof *flags, voxel_status);
    if (scores != NULL) put(runs, n_run, score, sizeof *score, scores);
  }
  crbrt_model_free(call.model);
  free(call.memory);
  left[0] = maps;
}
