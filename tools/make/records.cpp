// SPDX-License-Identifier: Apache-2.0
// A record that cannot be read is none: its step is done again.
#include "tools/make/records.h"

#include <system_error>
#include <utility>

#include "base/atomic_output.h"
#include "base/error.h"
#include "base/read_file.h"
#include "base/sealed_file.h"
#include "crbrt/version.h"

namespace crbrt::make {
namespace {

namespace fs = std::filesystem;
using base::Json;

Json read_record(const fs::path& file) {
  std::error_code absent;
  if (!fs::exists(file, absent)) return {};
  try {
    return Json::parse(base::read_file_of_ours(file.string(), "the record of a step"), file.string());
  } catch (const base::Error&) {
    return {};
  }
}

/// The first file whose hash is another one; empty where there is none.
std::string first_changed(const Json& then, const Json& now) {
  for (const Json::Member& file : now.members()) {
    const Json* const before = then.find(file.key);
    if (before == nullptr || !(*before == file.value)) return file.key;
  }
  return now.size() == then.size() ? "" : "a file";
}

}  // namespace

bool needs(const Step& step, const Step& before) {
  for (const fs::path& output : before.outputs)
    for (const fs::path& input : step.inputs)
      if (input == output) return true;
  return false;
}

Records::Records(fs::path folder, fs::path records) : folder_(std::move(folder)), records_(std::move(records)) {}

fs::path Records::file_of(const Step& step) const { return folder_ / records_ / (step.name + ".json"); }

const std::string& Records::sha256(const fs::path& path) {
  const auto [at, is_new] = known_.try_emplace(path);
  std::error_code absent;
  if (is_new && fs::exists(folder_ / path, absent)) at->second = base::sha256_of_file(folder_ / path, "a file of a step");
  return at->second;
}

Json Records::hashes(const std::vector<fs::path>& paths) {
  Json all = Json::object();
  for (const fs::path& path : paths) all[path.string()] = sha256(path);
  return all;
}

Json Records::identity(const Step& step) {
  return {{"version", CRBRT_VERSION_STRING}, {"command", step.command}, {"inputs", hashes(step.inputs)}};
}

std::string Records::why_not_done(const Step& step) {
  const Json record = read_record(file_of(step));
  const Json *const inputs = record.find("inputs"), *const outputs = record.find("outputs");
  if (inputs == nullptr) return "it was never done";
  const Json now = identity(step);
  for (const char* key : {"version", "command"})
    if (const Json* const then = record.find(key); then == nullptr || !(*then == now[key]))
      return std::string("its ") + key + " has changed since";
  if (const std::string file = first_changed(*inputs, now["inputs"]); !file.empty()) return file + " has changed since";
  if (outputs == nullptr) return "it was not done to its end";
  for (const fs::path& path : step.outputs)
    if (sha256(path).empty()) return path.string() + " is not there";
  if (const std::string file = first_changed(*outputs, hashes(step.outputs)); !file.empty())
    return file + " is not as it was made";
  return {};
}

bool Records::was_begun(const Step& step) {
  const Json record = read_record(file_of(step)), now = identity(step);
  for (const Json::Member& part : now.members())
    if (const Json* const then = record.find(part.key); then == nullptr || !(*then == part.value)) return false;
  return true;
}

std::string Records::missing_input(const Step& step) const {
  std::error_code absent;
  for (const fs::path& input : step.inputs)
    if (!fs::exists(folder_ / input, absent)) return input.string();
  return {};
}

void Records::begin(const Step& step) {
  base::write_text_file(file_of(step), identity(step).dump(2) + "\n");
  for (const fs::path& output : step.outputs) known_.erase(output);
}

void Records::finish(const Step& step, double core_s) {
  Json record = identity(step);
  for (const fs::path& output : step.outputs) {
    known_.erase(output);
    if (sha256(output).empty()) throw base::OutputError((folder_ / output).string(), step.what + " ended without it");
  }
  record["outputs"] = hashes(step.outputs);
  record["core_s"] = core_s;
  base::write_text_file(file_of(step), record.dump(2) + "\n");
}

}  // namespace crbrt::make
