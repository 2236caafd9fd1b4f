// SPDX-License-Identifier: Apache-2.0
/// What was measured, as JSON for programs and as Markdown tables for people, and judged by the speeds that a file of goals
/// states (bench/README.md, "Goals"). Without a file there are none: the program only measures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/speed/measure.h"

namespace crbrt::bench {

struct SummaryRow;

/// A whole brain by the kernels of one network, on a core of a certain peak: what a run scales its rates to.
struct WholeBrain {
  double n_voxel = 0, macs_per_voxel = 0;
  double peak_gmacs = 0;  ///< float multiply-adds per second, 10^9
};

/// One number of the summary, by its key in the JSON output.
struct SpeedGoal {
  std::string network, number;
  double value = 0;
  bool is_limit() const;  ///< a time: at most; all others: at least
};

struct SpeedGoals {
  std::optional<WholeBrain> whole_brain;
  std::vector<SpeedGoal> numbers;
};

/// Reads "speed" of a file of goals. Throws base::InputError.
SpeedGoals read_speed_goals(const std::string& path);

/// A goal at one batch of the summary. Null: not measured.
struct JudgedSpeed {
  const SpeedGoal* goal = nullptr;
  std::size_t batch = 0;
  std::optional<double> measured;
  const char* verdict() const;  ///< "pass", "fail" or "not measured"
};

/// Every goal at every batch of its network, measured or not. Points into `goals`.
std::vector<JudgedSpeed> judged(const SpeedGoals& goals, const std::vector<SummaryRow>& rows);

/// As a table in Markdown; empty where there is nothing to judge.
std::string goals_text(const std::vector<JudgedSpeed>& judged);

struct Report {
  Measured measured;
  std::vector<InstructionCount> instructions;
  std::string isa;           ///< of the peaks
  bool has_more = false;     ///< the CPU has instruction sets beyond isa, which peers that choose for themselves may use
  std::string machine;       ///< the processor's own name
  SpeedGoals goals;          ///< of a file, or none
  double time_stamp_hz = 0;  ///< ticks of the time stamp counter; 0 where there is none
};

/// One network at one batch beside its peers, on the report's instruction set. Null: not measured.
struct SummaryRow {
  std::string network;
  /// At a batch of 1024 or more at which the runtime was measured in float. The best peers are not those that may use more than
  /// that instruction set.
  const Result *floating = nullptr, *integers = nullptr;  ///< the runtime; of several integer forms the fastest
  const Result *onednn = nullptr, *onnxruntime = nullptr, *best_float_peer = nullptr;  ///< in float
  const Result* best_integer_peer = nullptr;
  /// One voxel a call; the same integer form. `features`: ours from features; the best peers as above.
  const Result *one_floating = nullptr, *one_integer = nullptr, *one_onnxruntime = nullptr;
  const Result *one_features = nullptr, *one_best_float_peer = nullptr, *one_best_integer_peer = nullptr;
};

/// A row for each network and batch, one without numbers for a network that has none. Rows point into `report`.
std::vector<SummaryRow> summary_rows(const Report& report);

/// How many times as fast; empty where one is null.
std::optional<double> speedup(const Result* ours, const Result* theirs);

/// Kernel time of a whole brain on a core of its peak, from that of `form` here and the peak around row.floating; empty unless
/// the network has the brain's multiply-adds, give or take 5 %.
std::optional<double> whole_brain_seconds(const SummaryRow& row, const Result* form, const WholeBrain& brain);

/// A number of a row that a goal can be set for. Null: not measured.
struct SummaryNumber {
  std::string key;  ///< in the JSON output
  std::optional<double> value;
};

/// Always the same keys. Without a brain its two numbers are null.
std::vector<SummaryNumber> numbers_of(const SummaryRow& row, const std::optional<WholeBrain>& brain);

/// Fewer voxels a call than 64: times of ours, from coefficients and from features, beside the best peers. Empty where none was
/// timed.
std::string few_voxels_text(const Report& report);

/// A fastest result at a batch: of the runtime in one of its engines, or of the peers that keep to the report's instruction
/// set; in floats or integers. Null where there is none.
const Result* best_own(const Report& report, const std::string& network, std::size_t batch, const char* engine, bool floating);
const Result* best_peer(const Report& report, const std::string& network, std::size_t batch, bool floating);

/// The rows as a table, and what it does not say. Empty where nothing was timed.
std::string summary_text(const Report& report);

std::string json_text(const Report& report);
std::string markdown_text(const Report& report);

}  // namespace crbrt::bench
