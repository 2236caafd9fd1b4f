// SPDX-License-Identifier: Apache-2.0
/// Model files in programs: the loader's status as an error that ends the program. Header only, so that crbrt::base itself
/// needs no loader; who includes it links crbrt::loader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/read_file.h"
#include "crbrt/network.hpp"

namespace crbrt::base {

/// Throws InputError that names `path` unless the model was loaded.
inline void expect_model(const LoadResult& result, const std::string& path) {
  if (result.status != Status::ok) throw InputError(path, "a model", "one that is refused (" + result.detail + ")");
}

/// Throws InputError.
inline Model load_model(const std::string& path) {
  expect_file(path, "a model");
  Model model;
  expect_model(load_model_file(path.c_str(), model), path);
  return model;
}

/// As load_model(), and it also takes a file that holds a forward part alone, whose program() is empty. Throws InputError.
inline Model load_any_model(const std::string& path) {
  expect_file(path, "a model");
  Model model;
  if (load_forward_file(path.c_str(), model).status != Status::ok) expect_model(load_model_file(path.c_str(), model), path);
  return model;
}

/// A file with a forward part, beside an estimator or alone, in plain structs. Throws InputError, and DisagreementError where
/// there is none.
inline ModelFile load_forward_part(const std::string& path) {
  expect_file(path, "a model");
  ModelFile file;
  const LoadResult result = load_forward_network_file(path.c_str(), file);
  Model whole;
  if (result.status != Status::ok && load_model_file(path.c_str(), whole).status == Status::ok)
    throw DisagreementError(path, "a forward part (crbrt-train with \"task\": \"forward\")", "an estimator alone");
  expect_model(result, path);
  return file;
}

/// The same file in plain structs (crbrt/network.hpp). Throws InputError.
inline ModelFile load_network(const std::string& path) {
  expect_file(path, "a model");
  ModelFile file;
  expect_model(load_network_file(path.c_str(), file), path);
  return file;
}

/// The program of a model that was made or changed here, through the bytes of its file: what is measured is what a file holds.
/// Throws InputError that names `path` where the loader refuses it.
inline Model lowered(const ModelFile& file, const std::string& path) {
  const std::vector<std::uint8_t> image = crbm_image(file);
  Model model;
  expect_model(crbrt::load_model({image.data(), image.size()}, model), path);
  return model;
}

}  // namespace crbrt::base
