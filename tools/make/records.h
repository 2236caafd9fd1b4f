// SPDX-License-Identifier: Apache-2.0
/// What became of each step: a JSON file each, with the command and SHA-256 of every file that it read and made. A step is done
/// where all of them are still the same, so that a changed input, a changed option and a flipped bit redo what depends on them
/// and nothing else; times of files and exit codes say nothing.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/json.h"
#include "tools/make/step.h"

namespace crbrt::make {

class Records {
 public:
  /// `folder` is that of the chain; records lie in `records` below it.
  Records(std::filesystem::path folder, std::filesystem::path records);

  /// Empty where the step is done; else why it is not: "work/train.h5 has changed since".
  std::string why_not_done(const Step& step);
  /// Whether the last run of this step, which need not have come to its end, had the same command and inputs.
  bool was_begun(const Step& step);

  /// Empty where all inputs are there, else one that is not.
  std::string missing_input(const Step& step) const;

  /// To be called before the command and after it. Throw base::OutputError; finish() also where an output is not there.
  void begin(const Step& step);
  void finish(const Step& step, double core_s);

 private:
  std::filesystem::path file_of(const Step& step) const;
  /// SHA-256 of a file of the chain, "" where there is none; of the bytes as they were first seen, until forget().
  const std::string& sha256(const std::filesystem::path& path);
  base::Json hashes(const std::vector<std::filesystem::path>& paths);
  base::Json identity(const Step& step);

  std::filesystem::path folder_, records_;
  std::map<std::filesystem::path, std::string> known_;
};

}  // namespace crbrt::make
