// SPDX-License-Identifier: Apache-2.0
// The C interface of the loader: a crbrt_model is a crbrt::Model on the heap.
#include <cstdio>
#include <memory>
#include <new>

#include "crbrt/loader.h"
#include "crbrt/loader.hpp"

struct crbrt_model {
  crbrt::Model model;
};

namespace {

using crbrt::LoadResult;
using crbrt::Model;
using crbrt::Status;

/// What both functions do with what was loaded, or was not.
template <class Load>
crbrt_status give(crbrt_model** to, char* detail, size_t detail_size, const Load& load) {
  if (detail != nullptr && detail_size > 0) detail[0] = '\0';
  if (to == nullptr) return CRBRT_BAD_SHAPE;
  *to = nullptr;
  std::unique_ptr<crbrt_model> made(new (std::nothrow) crbrt_model);
  if (made == nullptr) return CRBRT_OUT_OF_MEMORY;
  const LoadResult result = load(made->model);
  if (detail != nullptr && detail_size > 0) std::snprintf(detail, detail_size, "%s", result.detail.c_str());
  if (result.status == Status::ok) *to = made.release();
  return static_cast<crbrt_status>(result.status);
}

const crbrt_program* as_c(const crbrt::Program* program) { return reinterpret_cast<const crbrt_program*>(program); }

}  // namespace

extern "C" {

crbrt_status crbrt_load_file(const char* path, crbrt_model** model, char* detail, size_t detail_size) {
  return give(model, detail, detail_size, [&](Model& loaded) {
    return path == nullptr ? LoadResult{Status::io_error, "no path"} : crbrt::load_model_file(path, loaded);
  });
}

crbrt_status crbrt_load_memory(const void* bytes, size_t size, crbrt_model** model, char* detail, size_t detail_size) {
  return give(model, detail, detail_size, [&](Model& loaded) {
    return bytes == nullptr ? LoadResult{Status::bad_container, "no bytes"}
                            : crbrt::load_model({static_cast<const std::uint8_t*>(bytes), size}, loaded);
  });
}

const crbrt_program* crbrt_model_program(const crbrt_model* model) {
  return model == nullptr ? nullptr : as_c(&model->model.program());
}

const crbrt_program* crbrt_model_integer_program(const crbrt_model* model) {
  return model == nullptr ? nullptr : as_c(model->model.integer_program());
}

void crbrt_model_free(crbrt_model* model) { delete model; }

}  // extern "C"
