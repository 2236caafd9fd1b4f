// SPDX-License-Identifier: Apache-2.0
/* Model files for C99, and for languages that call C: no compiler and no generated code is needed.
 *
 *   crbrt_model* model = NULL;
 *   char detail[512];
 *   if (crbrt_load_file("brain_v1.crbm", &model, detail, sizeof detail) != CRBRT_OK) puts(detail);
 *   const crbrt_program* program = crbrt_model_program(model);
 *   ...                                                 // crbrt_arena_bytes, crbrt_bind, crbrt_run of crbrt.h
 *   crbrt_model_free(model);                            // after the last run of a session that is bound to it
 *
 * Loading allocates, but prints nothing and lets no exception out. Different threads may load at the same time, and may use one
 * model at the same time; crbrt_model_free wants to be alone.
 */
#ifndef CRBRT_LOADER_H
#define CRBRT_LOADER_H

#include "crbrt/crbrt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A loaded model. It owns its programs. */
typedef struct crbrt_model crbrt_model;

/* Reads a .crbm file, or `size` bytes that hold one and may be freed afterwards. CRBRT_OK puts a model into *model that belongs
 * to the caller; any other status puts NULL there. `detail`, an array of detail_size bytes or NULL, gets a text that ends with
 * a null character: what was expected and what was found, cut to the array, or "" where there is no more to say than
 * crbrt_message does.
 *
 *   CRBRT_IO_ERROR            the file cannot be read, or path is NULL
 *   CRBRT_BAD_CONTAINER       not a model file, cut off, or its checksum does not match; bytes is NULL
 *   CRBRT_BAD_FORMAT_VERSION  written by a newer, incompatible version
 *   CRBRT_BAD_MODEL           well-formed, but its content makes no sense
 *   CRBRT_OUT_OF_MEMORY
 *   CRBRT_BAD_SHAPE           model is NULL: nothing was read */
CRBRT_API crbrt_status crbrt_load_file(const char* path, crbrt_model** model, char* detail, size_t detail_size);
CRBRT_API crbrt_status crbrt_load_memory(const void* bytes, size_t size, crbrt_model** model, char* detail, size_t detail_size);

/* The model's program, which lives as long as the model; NULL for NULL. */
CRBRT_API const crbrt_program* crbrt_model_program(const crbrt_model* model);
/* Its integer form; NULL where the model has none, and for NULL. */
CRBRT_API const crbrt_program* crbrt_model_integer_program(const crbrt_model* model);

/* Frees a model and its programs; nothing for NULL. */
CRBRT_API void crbrt_model_free(crbrt_model* model);

#ifdef __cplusplus
}
#endif

#endif
