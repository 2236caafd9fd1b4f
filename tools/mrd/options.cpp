// SPDX-License-Identifier: Apache-2.0
// What is wrong with a model or a config is said before anybody can connect.
#include "tools/mrd/options.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/model_file.h"
#include "tools/cli/command_line.h"
#include "tools/map/voxel_estimator.h"
#include "tools/mrd/sent_map.h"

namespace crbrt::mrd {
namespace {

constexpr const char* built_in_name = "crbrt";

struct Texts {
  std::string model, config, coefficients = "channel", precision = "f32";
  std::optional<double> sigma;
  unsigned port = 9002, volume_mib = 2048, memory_mib = 8192;
  double idle_s = 600, message_s = 10;
};

void add_options(cli::CommandLine& line, Texts& texts, Options& options) {
  line.option("--model FILE", texts.model, "model (.crbm) of the built-in config and of configs that name none").required();
  line.option("--address ADDRESS", options.listening.address, "address to listen at: 0.0.0.0 or :: for all of the machine's")
      .show_default();
  line.option("--port N", texts.port, "port to listen at; 0 takes a free one").in_range(0, 65535).show_default();
  line.option("--config FILE", texts.config,
              "a config in JSON, or a folder of them, by which clients name what they want (default: one called crbrt)");
  line.option("--coefficients DIMENSION", texts.coefficients, "what numbers the coefficients of a voxel")
      .one_of({"channel", "contrast", "set"})
      .show_default();
  line.option("--precision PRECISION", texts.precision, "f32, or integer: the integer form of a model that has one")
      .one_of({"f32", "integer"})
      .show_default();
  line.option("--sigma NOISE", texts.sigma,
              "noise (standard deviation) of the real and of the imaginary part of each coefficient, for standard deviations "
              "(default: none are sent)");
  line.option("--threads N", options.service.threads, "threads that map one slice or volume").in_range(1, 1024).show_default();
  line.option("--connections N", options.listening.most_connections, "most connections at a time")
      .in_range(1, 100000)
      .show_default();
  line.option("--largest-volume MIB", texts.volume_mib, "most MiB of coefficients that one connection may have waiting")
      .in_range(1, 1 << 20)
      .show_default();
  line.option("--memory MIB", texts.memory_mib, "most MiB that have come over all connections and wait")
      .in_range(1, 1 << 20)
      .show_default();
  line.option("--idle-timeout SECONDS", texts.idle_s, "a connection ends after so long without a message")
      .positive()
      .show_default();
  line.option("--message-timeout SECONDS", texts.message_s,
              "how long the first message, or a message that has begun, may take beyond a second for each MiB")
      .positive()
      .show_default();
}

void add_exit_codes(cli::CommandLine& line) {
  line.exit_code(base::exit_ok, "ended by SIGTERM or SIGINT while it served");
  line.exit_code(base::exit_input, "a model or a config is missing, cut off or not what was expected");
  line.exit_code(base::exit_disagreement, "a config asks for what its model does not have");
  line.exit_code(base::exit_output, "the address or the port cannot be listened at");
  line.exit_code(cli::exit_signal, "ended by SIGINT or SIGTERM before it served");
}

std::vector<std::string> config_files(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  if (files.empty()) throw base::InputError(path, "a folder with configs (*.json)", "none");
  std::sort(files.begin(), files.end());
  return files;
}

Configs read_configs(const Texts& texts) {
  std::map<std::string, std::shared_ptr<const LoadedModel>> models;
  Config defaults{.name = built_in_name,
                  .model = std::make_shared<const LoadedModel>(LoadedModel{texts.model, base::load_model(texts.model)}),
                  .coefficients = *dimension_from_name(texts.coefficients),
                  .is_integer = texts.precision == "integer",
                  .sigma = texts.sigma};
  std::vector<Config> configs;
  if (texts.config.empty()) {
    expect_possible(defaults, texts.model);
    configs.push_back(defaults);
  } else {
    for (const std::string& file : config_files(texts.config)) configs.push_back(config_from_file(file, defaults, models));
  }
  return configs_by_name(configs);
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv) {
  Options options;
  Texts texts;
  cli::CommandLine line(
      "Serves maps over the streaming protocol of MRD (ISMRMRD): images of coefficients come in from a scanner's "
      "reconstruction, "
      "quantitative maps go back, as floats and as 16-bit pixels with rescale slope and window. It serves until SIGTERM.",
      "crbrt-mrd",
      {{{"A server for clients of this machine", "crbrt-mrd --model brain_v2.crbm --port 9002"},
        {"A config for each protocol, for all of a network",
         "crbrt-mrd --model brain_v2.crbm --config configs --address 0.0.0.0"}}});
  add_exit_codes(line);
  add_options(line, texts, options);
  if (!line.parse(argc, argv)) return std::nullopt;
  if (texts.sigma && !map::is_noise(*texts.sigma))
    throw base::UsageError("--sigma: expected a positive number, found " + std::to_string(*texts.sigma));
  options.listening.port = static_cast<std::uint16_t>(texts.port);
  options.listening.most_bytes = std::size_t{texts.memory_mib} << 20;
  options.listening.timeouts.idle = Seconds(texts.idle_s);
  options.listening.timeouts.message = Seconds(texts.message_s);
  options.service.most_volume_bytes = std::size_t{texts.volume_mib} << 20;
  options.service.configs = read_configs(texts);
  return options;
}

}  // namespace crbrt::mrd
