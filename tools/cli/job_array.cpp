// SPDX-License-Identifier: Apache-2.0
// The last job depends on the whole array with afterany: one failed task must not keep it from running.
#include "tools/cli/job_array.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdio>

#include "base/atomic_output.h"
#include "base/error.h"
#include "tools/cli/command_line.h"

namespace crbrt::cli {
namespace {

std::string quoted_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quoted(word);
  return text;
}

/// The end of a line would end the directive and begin a command.
void expect_one_line(const std::string& what, const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control))
    throw base::UsageError("--slurm: expected " + what + " without line ends and other control characters, found " + text);
}

/// sbatch reads "\" before a character as that character, and "%%" as "%" (sbatch(1), filename pattern). What it makes of a
/// backslash that is part of a name was not tried, so that such a folder is refused.
std::string file_pattern(const std::string& path) {
  expect_one_line("a folder", path);
  if (path.find('\\') != std::string::npos)
    throw base::UsageError("--slurm: expected a folder without \\ in its path, found " + path);
  std::string text;
  for (const char c : path) {
    if (c == ' ' || c == '\'' || c == '"' || c == '#') text += '\\';
    text += c == '%' ? std::string("%%") : std::string(1, c);
  }
  return text;
}

/// `threads` is 0 for a job that takes what it gets.
std::string script_head(const JobArray& jobs, const std::string& output, unsigned threads) {
  std::string text = "#!/bin/bash\n#SBATCH --job-name=" + jobs.name +
                     "\n#SBATCH --output=" + file_pattern(std::filesystem::absolute(jobs.folder).string()) + "/" + output +
                     "\n";
  if (threads > 0) text += "#SBATCH --cpus-per-task=" + std::to_string(threads) + "\n";
  for (const std::string& option : jobs.sbatch_options) {  // behind ours: of two, the later one counts
    expect_one_line("--slurm-option", option);
    text += "#SBATCH " + option + "\n";
  }
  return text;
}

/// "--dependency=afterany:12:13 "
std::string after(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) text += ":" + id;
  return text.empty() ? text : "--dependency=afterany" + text + " ";
}

struct Said {
  int exit_code = 0;
  std::string text;
};

Said run(const std::string& command) {
  Said said;
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {127, ""};
  char buffer[512];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) said.text += buffer;
  const int status = ::pclose(pipe);
  said.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  while (said.text.ends_with('\n')) said.text.pop_back();
  return said;
}

/// Tasks of the array that begins with this command.
std::size_t tasks_from(std::size_t first, const JobArray& jobs) {
  return std::min(jobs.commands.size() - first, most_tasks_of_array);
}

std::string array_option(std::size_t n_task) { return "--array=0-" + std::to_string(n_task - 1); }

/// The number of the job that sbatch --parsable answers with ("123" or "123;cluster").
std::string submitted(const std::string& options, const std::filesystem::path& script, const std::string& argument = "") {
  const Said said = run("sbatch --parsable " + options + shell_quoted(script.string()) + argument);
  if (said.exit_code != 0) throw base::OutputError(script.string(), "sbatch refuses it: " + said.text);
  const std::string last = said.text.substr(said.text.rfind('\n') + 1);
  const std::string id = last.substr(0, last.find(';'));
  if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos)
    throw base::OutputError(script.string(), "expected the number of a job from sbatch, found " + said.text);
  return id;
}

}  // namespace

std::string job_script(const JobArray& jobs) {
  std::string text =
      script_head(jobs, jobs.name + "-%A_%a.out", jobs.threads) + "#SBATCH " + array_option(tasks_from(0, jobs)) + "\n";
  for (std::size_t first = most_tasks_of_array; first < jobs.commands.size(); first += most_tasks_of_array)
    text += "# the other tasks: sbatch " + array_option(tasks_from(first, jobs)) + " " + jobs.name + ".sbatch " +
            std::to_string(first) + "\n";
  text += "case $((SLURM_ARRAY_TASK_ID + ${1:-0})) in\n";
  for (std::size_t i = 0; i < jobs.commands.size(); ++i)
    text += std::to_string(i) + ") exec " + quoted_words(jobs.commands[i]) + " ;;\n";
  return text + "esac\nexit 2\n";
}

Submitted submit(const JobArray& jobs) {
  const std::filesystem::path script = jobs.folder / (jobs.name + ".sbatch"), last = jobs.folder / (jobs.name + "-last.sbatch");
  base::write_text_file(script, job_script(jobs));
  if (!jobs.last.empty())
    base::write_text_file(last, script_head(jobs, jobs.name + "-last-%j.out", 0) + "exec " + quoted_words(jobs.last) + "\n");
  if (run("command -v sbatch").exit_code != 0)
    throw base::UsageError("--slurm: expected the command sbatch, found none; " + script.string() +
                           " is ready to be submitted");
  Submitted submitted_jobs;
  for (std::size_t first = 0; first < jobs.commands.size(); first += most_tasks_of_array) {
    const std::string id = first == 0 ? submitted(after(jobs.after), script)
                                      : submitted(after(jobs.after) + array_option(tasks_from(first, jobs)) + " ", script,
                                                  " " + std::to_string(first));
    submitted_jobs.said += (first == 0 ? "job array " : ", ") + id;
    submitted_jobs.ids.push_back(id);
  }
  if (jobs.last.empty()) return submitted_jobs;
  const std::string id = submitted(after(submitted_jobs.ids), last);
  return {{id}, submitted_jobs.said + ", then job " + id};
}

}  // namespace crbrt::cli
