// SPDX-License-Identifier: Apache-2.0
// In the folder of the set it goes with the set: a hidden folder of its own there would keep the set from being exchanged.
#include "base/companion_file.h"

#include <utility>

#include "base/set_replacement.h"

namespace crbrt::base {

CompanionFile::CompanionFile(std::filesystem::path target) : target_(std::move(target)) {
  if (!is_asked_for()) return;
  if (target_.has_parent_path()) made_.emplace(target_.parent_path());
  { const AtomicFile writable(target_); }
  claim_.emplace().add(target_);
}

void CompanionFile::stage(std::string_view text, AtomicFolder* set) {
  if (!is_asked_for()) return;
  claim_.reset();  // whoever takes the name now is this file
  if (set != nullptr) return write_text(set->temporary(target_.filename().string()), text, target_);
  file_.emplace(target_);
  write_text(file_->temporary(), text, target_);
  synchronise(file_->temporary(), target_);  // a full disk may say so only now
}

void CompanionFile::commit() {
  if (file_) file_->commit();
  if (made_) made_->keep();
}

}  // namespace crbrt::base
