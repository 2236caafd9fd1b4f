/// Speeds that a run shall reach, from a file (bench/README.md, "Goals"). Without a file there are none: the program only
/// measures.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

}  // namespace crbrt::bench
