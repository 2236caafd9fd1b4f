// SPDX-License-Identifier: Apache-2.0
/// Pictures by gnuplot, the one place that writes for it and starts it. gnuplot reads commands, runs what stands in backquotes
/// and behind "<" or "|" in the name of a file, and reads labels as markup; texts and names of files pass through here, so that
/// they stay data.
#pragma once

#include <string>
#include <string_view>

namespace crbrt::base {

/// A string for gnuplot, quotes included, that holds exactly `text`. What is drawn from it is read as markup (T_{1}) unless the
/// command says noenhanced: for texts of this project only.
std::string gnuplot_string(std::string_view text);

/// Markup that is drawn as `text`; gnuplot_string() makes a string of it. What is not printable is drawn as base/escaped.h
/// says.
std::string gnuplot_markup(std::string_view text);

/// A string for gnuplot that is drawn as `text` where no markup is read (noenhanced).
std::string gnuplot_text(std::string_view text);

/// A string for gnuplot that names the file: a relative name begins with "./", so that it is neither a pipe nor an option.
std::string gnuplot_file(const std::string& path);

/// Runs gnuplot on a script, without the user's own settings. Throws Error (exit_output) where there is no gnuplot or where it
/// fails, with its words.
void run_gnuplot(const std::string& script);

}  // namespace crbrt::base
