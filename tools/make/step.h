// SPDX-License-Identifier: Apache-2.0
/// One step of a chain: a command of one of our programs, what it reads, and what it makes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace crbrt::make {

/// Paths are relative to the folder of the chain, in which the command runs, so that the folder may be moved; a file elsewhere
/// has its whole path.
struct Step {
  std::string name;                  ///< unique, a file name: of its record and its log
  std::string what;                  ///< "training of brain_16k", for people
  std::vector<std::string> command;  ///< the program's name and all words on which the outputs depend
  std::vector<std::string> how;      ///< words on which they do not depend
  std::string threads_option;        ///< "--threads", followed by how many it gets; empty: it has one
  std::vector<std::string> resume;   ///< further words where an earlier run of the same step left something in `scratch`
  std::vector<std::filesystem::path> inputs, outputs;
  std::vector<std::filesystem::path>
      scratch;               ///< what a stopped run leaves for the next; removed where that would do other work
  std::set<int> fine = {0};  ///< exit codes with which the outputs are there
  /// Exit codes with which the step is done by a copy of an earlier file: integers that no budget allows, say.
  std::set<int> copies;
  std::filesystem::path copy_from, copy_to;
  std::filesystem::path headline;  ///< a JSON output whose "headline" is said when the step is done; may be empty
  unsigned most_threads = 1;
  double core_s = 1;  ///< expected time of one core
};

/// One of our programs with its words.
inline Step program(const std::string& name, std::string what, std::vector<std::string> command) {
  Step step;
  step.name = name;
  step.what = std::move(what);
  step.command = std::move(command);
  return step;
}

inline void add(std::vector<std::string>& words, std::initializer_list<std::string> more) { words.insert(words.end(), more); }

/// Whether one of its inputs is an output of `before`.
bool needs(const Step& step, const Step& before);

}  // namespace crbrt::make
