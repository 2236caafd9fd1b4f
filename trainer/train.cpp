// The life of a run.
#include "trainer/train.h"

#include <ATen/Parallel.h>

#include <chrono>

#include "trainer/training_run.h"

namespace crbrt::trainer {
namespace {

void start(Run& run, const Config& config, const TrainOptions& options) {
  if (options.resume) {
    run.load(options.checkpoint_path);
    return;
  }
  if (!options.start_path.empty()) run.start(options.start_path);
  if (config.quantization.is_on()) run.start_integers();
}

}  // namespace

TrainResult train(const Config& config, const TrainingData& data, const TrainOptions& options) {
  using Clock = std::chrono::steady_clock;
  at::set_num_threads(options.n_thread);
  Run run(config, data, options);
  start(run, config, options);
  auto last_checkpoint = Clock::now();
  bool stopped = false;
  while (run.epoch() < config.epochs && !stopped) {
    run.run_epoch();
    stopped = options.stop_requested && options.stop_requested();
    const bool is_due = std::chrono::duration<double>(Clock::now() - last_checkpoint).count() >= options.checkpoint_every_s;
    if (!options.checkpoint_path.empty() && (is_due || stopped || run.epoch() == config.epochs)) {
      run.save(options.checkpoint_path);
      last_checkpoint = Clock::now();
    }
    if (options.progress) options.progress(run.epoch(), run.history().back());
  }
  return {run.epoch() == config.epochs, run.result()};
}

}  // namespace crbrt::trainer
