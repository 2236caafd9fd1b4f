// SPDX-License-Identifier: Apache-2.0
/// Tables that say what the numbers of an atlas are called.
#pragma once

#include <map>
#include <string>

namespace crbrt::viewer {

/// [label] A line is a label and its name, between them blanks, tabs, commas or semicolons; what comes behind another tab does
/// not matter. The first line that is no comment ("# ...") may be a header of words. Also FreeSurfer's colour tables, whose
/// names have four numbers behind them, and ITK-SNAP's label descriptions, which end in the name in quotes. Throws InputError
/// naming the line that is none of these, and for a label with two names.
std::map<long, std::string> read_label_names(const std::string& path);

}  // namespace crbrt::viewer
