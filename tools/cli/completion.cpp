// SPDX-License-Identifier: Apache-2.0
// Completions of bash, zsh and fish. Files and folders come from the file system, choices from the definition; a number or a
// name is not guessed.
#include "base/error.h"
#include "tools/cli/definition.h"

namespace crbrt::cli {
namespace {

enum class Source { none, files, folders, choices };

Source source_of(const OptionDefinition& option) {
  if (!option.choices.empty()) return Source::choices;
  if (option.value.find("FILE") != std::string::npos) return Source::files;
  return option.value.find("FOLDER") != std::string::npos ? Source::folders : Source::none;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// In single quotes, for all three shells.
std::string quoted(const std::string& text, const std::string& of_quote) {
  std::string result("'");
  for (const char c : text) c == '\'' ? result += of_quote : result += c;
  result += '\'';
  return result;
}

std::string function_name(const CommandDefinition& program) {
  std::string name("_");
  for (const char c : program.name) name += c == '-' ? '_' : c;
  return name;
}

/// Names under which a subcommand is chosen.
std::vector<std::string> names_of(const CommandDefinition& command) {
  std::vector<std::string> names{command.name};
  names.insert(names.end(), command.older_names.begin(), command.older_names.end());
  return names;
}

// ---- bash -------------------------------------------------------------------------------------------------------------

std::string bash_values(const CommandDefinition& command) {
  std::string cases;
  for (const OptionDefinition& option : command.options) {
    if (option.value.empty() || option.is_argument()) continue;
    std::string pattern;
    for (const std::string& name : option.names) pattern += (pattern.empty() ? "" : "|") + name;
    const Source source = source_of(option);
    std::string action = "return";
    if (source == Source::files) action = "mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return";
    if (source == Source::folders) action = "mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return";
    if (source == Source::choices)
      action = "mapfile -t COMPREPLY < <(compgen -W " + quoted(joined(option.choices), "'\\''") + " -- \"$current\"); return";
    cases.append("        ").append(pattern).append(") ").append(action).append(" ;;\n");
  }
  return cases;
}

std::string bash_command(const CommandDefinition& command, const std::string& pattern) {
  std::vector<std::string> words{"--help"};
  bool takes_files = false;
  for (const OptionDefinition& option : command.options) {
    if (option.is_argument())
      takes_files = true;
    else
      words.insert(words.end(), option.names.begin(), option.names.end());
  }
  for (const CommandDefinition& sub : command.commands) words.push_back(sub.name);
  const std::string values = bash_values(command);
  std::string text("    ");
  text.append(pattern).append(")\n");
  if (!values.empty()) text += "      case $previous in\n" + values + "      esac\n";
  if (takes_files) text += "      [[ $current == -* ]] || { mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return; }\n";
  return text + "      mapfile -t COMPREPLY < <(compgen -W " + quoted(joined(words), "'\\''") + " -- \"$current\")\n      ;;\n";
}

std::string bash(const CommandDefinition& program) {
  const std::string function = function_name(program);
  std::string text = "# Completion of " + program.name + " for bash.\n" + function +
                     "() {\n  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= word\n"
                     "  COMPREPLY=()\n";
  std::string names, commands;
  for (const CommandDefinition& sub : program.commands) {
    std::string pattern;
    for (const std::string& name : names_of(sub)) pattern += (pattern.empty() ? "" : "|") + name;
    names += (names.empty() ? "" : "|") + pattern;
    commands += bash_command(sub, pattern);
  }
  if (!names.empty())
    text += "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case $word in " + names +
            ") command=$word; break ;; esac\n  done\n";
  return text + "  case $command in\n" + bash_command(program, "''") + commands + "  esac\n}\ncomplete -o filenames -F " +
         function + " " + program.name + "\n";
}

// ---- zsh --------------------------------------------------------------------------------------------------------------

/// Brackets and colons end the parts of a specification of _arguments.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
  return result;
}

std::string zsh_values(const OptionDefinition& option) {
  switch (source_of(option)) {
    case Source::files: return "_files";
    case Source::folders: return "_files -/";
    case Source::choices: return "(" + joined(option.choices) + ")";
    case Source::none: break;
  }
  return " ";
}

std::string zsh_options(const CommandDefinition& command, const std::string& indent) {
  std::string text = indent + "'(- *)'{-h,--help}'[print help]'";
  for (const OptionDefinition& option : command.options) {
    for (const std::string& name : option.names) {
      std::string spec = option.is_argument() ? std::string("*:").append(option.value).append(":_files")
                                              : (option.is_list ? "*" : "") + name + "[" + zsh_text(option.help) + "]";
      if (!option.value.empty() && !option.is_argument()) spec += ":" + option.value + ":" + zsh_values(option);
      text += " \\\n" + indent + quoted(spec, "'\\''");
    }
  }
  return text;
}

std::string zsh(const CommandDefinition& program) {
  std::string text = "#compdef " + program.name + "\n";
  if (program.commands.empty()) return text + "_arguments \\\n" + zsh_options(program, "  ") + "\n";
  std::string names, cases;
  for (const CommandDefinition& sub : program.commands) {
    names += " " + quoted(sub.name + ":" + zsh_text(sub.description), "'\\''");
    std::string pattern;
    for (const std::string& name : names_of(sub)) pattern += (pattern.empty() ? "" : "|") + name;
    cases += "  " + pattern + ")\n    shift words\n    ((CURRENT--))\n    _arguments \\\n" + zsh_options(sub, "      ") +
             "\n    ;;\n";
  }
  return text + "if ((CURRENT == 2)); then\n  local -a commands=(" + names + ")\n  _describe command commands\n  return\nfi\n" +
         "shift words\n((CURRENT--))\ncase $words[1] in\n" + cases + "esac\n";
}

// ---- fish -------------------------------------------------------------------------------------------------------------

std::string fish_options(const CommandDefinition& command, const std::string& program, const std::string& condition) {
  std::string text;
  for (const OptionDefinition& option : command.options) {
    if (option.is_argument()) continue;
    for (const std::string& name : option.names) {
      std::string line = "complete -c " + program + condition + " -l " + name.substr(name.find_first_not_of('-'));
      const Source source = source_of(option);
      if (source == Source::files) line += " -r -F";
      if (source == Source::folders) line += " -x -a '(__fish_complete_directories)'";
      if (source == Source::choices) line += " -x -a " + quoted(joined(option.choices), "\\'");
      if (source == Source::none && !option.value.empty()) line += " -x";
      text += line + " -d " + quoted(option.help, "\\'") + "\n";
    }
  }
  return text;
}

std::string fish(const CommandDefinition& program) {
  const std::string begin = "complete -c " + program.name;
  std::string text = "# Completion of " + program.name + " for fish.\n" + begin + " -s h -l help -d 'print help'\n" +
                     fish_options(program, program.name, "");
  for (const CommandDefinition& sub : program.commands) {
    text += begin + " -n __fish_use_subcommand -f -a " + sub.name + " -d " + quoted(sub.description, "\\'") + "\n";
    text += fish_options(sub, program.name, " -n '__fish_seen_subcommand_from " + joined(names_of(sub)) + "'");
  }
  return text;
}

}  // namespace

std::string completion(const CommandDefinition& program, const std::string& shell) {
  if (shell == "bash") return bash(program);
  if (shell == "zsh") return zsh(program);
  if (shell == "fish") return fish(program);
  throw base::UsageError("expected bash, zsh or fish, found " + shell);
}

}  // namespace crbrt::cli
