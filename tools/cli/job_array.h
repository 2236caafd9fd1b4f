// SPDX-License-Identifier: Apache-2.0
/// Many commands as one job array of Slurm: one engine for every program that has --slurm.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace crbrt::cli {

struct JobArray {
  std::string name;                                ///< of the job: "crbrt-bids"
  std::vector<std::vector<std::string>> commands;  ///< one a task; each ends with the task's exit code
  std::vector<std::string> last;            ///< runs once when all tasks have ended, whatever became of them; may be empty
  std::vector<std::string> sbatch_options;  ///< "--time=01:00:00", "--partition=short"
  unsigned threads = 1;                     ///< cores of a task, unless an option says otherwise
  std::filesystem::path folder;             ///< of the scripts and of the tasks' output; exists
  std::vector<std::string> after = {};      ///< jobs that have to end before, whatever becomes of them
};

struct Submitted {
  std::vector<std::string> ids;  ///< of the arrays, or of the last job where there is one: what a next array waits for
  std::string said;              ///< "job array 12, 13, then job 14"
};

/// Slurm refuses more unless it is configured otherwise (MaxArraySize = 1001, slurm.conf(5)).
inline constexpr std::size_t most_tasks_of_array = 1000;

/// The script of all tasks, for `sbatch`. Words are quoted, so that names of files never become commands. Its argument is the
/// command that the array begins with (default: the first): more commands than an array takes are several arrays of one script.
std::string job_script(const JobArray& jobs);

/// Writes NAME.sbatch (and NAME-last.sbatch) into the folder and submits them. Throws OutputError where it refuses; UsageError
/// where there is no sbatch (the scripts are then ready to be submitted elsewhere), and where the folder or an option cannot be
/// written as one directive.
Submitted submit(const JobArray& jobs);

}  // namespace crbrt::cli
