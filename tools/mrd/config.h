// SPDX-License-Identifier: Apache-2.0
/// What a client's config name stands for: a model, where its coefficients are, and which maps go back. Read from a JSON file
/// each when the server starts (docs/mrd.md, Configs).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "crbrt/loader.hpp"
#include "tools/mrd/assembly.h"

namespace crbrt::mrd {

/// Read and verified once, then shared by all connections.
struct LoadedModel {
  std::string path;
  Model model;
};

struct Config {
  std::string name;                 ///< of the file, without .json
  std::vector<std::string> also{};  ///< other names that it answers to
  std::shared_ptr<const LoadedModel> model;
  Dimension coefficients = Dimension::channel;
  bool is_integer = false;          ///< the model's integer form
  std::optional<double> sigma{};    ///< noise of real and imaginary part; empty: no standard deviations
  std::vector<std::string> maps{};  ///< names of the maps of estimates; empty: all
  bool has_atypicality = true, has_status = true;
  bool sends_float = true, sends_uint16 = true;
  std::uint16_t largest_pixel = 65535;
  std::map<std::string, std::array<double, 2>> ranges{};  ///< of pixels, by the name of a map, in the unit of its pixels
  std::uint16_t first_series = 1;

  /// The form that it runs.
  const Program& program() const noexcept { return is_integer ? *model->model.integer_program() : model->model.program(); }
};

/// Reads "FILE.json" over the defaults. Models are read once each: `models` keeps them by path, and a path in a config is one
/// beside its file. Throws InputError, and DisagreementError where a config asks for what its model does not have.
Config config_from_file(const std::string& path, const Config& defaults,
                        std::map<std::string, std::shared_ptr<const LoadedModel>>& models);

/// Throws DisagreementError naming `who` for integers, standard deviations or maps that the model does not have.
void expect_possible(const Config& config, const std::string& who);

/// By name and by other names. Throws UsageError for a name that two of them answer to.
using Configs = std::map<std::string, std::shared_ptr<const Config>, std::less<>>;
Configs configs_by_name(const std::vector<Config>& configs);

/// A config for a name that a client gives, "NAME", "NAME.json" or "NAME.xml"; null for an unknown one.
std::shared_ptr<const Config> find_config(const Configs& configs, std::string_view name);

/// "brain, knee"
std::string names_of(const Configs& configs);

}  // namespace crbrt::mrd
