// Where a folder is named is nobody's business but the user's: sidecars travel with the data.
#include "tools/volume/sidecar.h"

#include "tools/cli/command_line.h"

namespace crbrt::volume {

base::Json to_json(const RunRecord& run) {
  base::Json json = run.estimator;
  json["GeneratedBy"] = base::Json::array({{{"Name", run.program}, {"Version", cli::version()}}});
  json["CommandLine"] = run.command;
  std::vector<std::string> names;
  for (const std::string& source : run.sources) names.push_back(without_folder(source));
  json["Sources"] = names;
  return json;
}

std::string command_without_folders(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 0; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t value = word.starts_with("--") ? word.find('=') : std::string::npos;
    if (i == 0 || word.starts_with("/")) {
      words.push_back(without_folder(word));
    } else if (value != std::string::npos && word.substr(value + 1).starts_with("/")) {
      words.push_back(word.substr(0, value + 1) + without_folder(word));
    } else {
      words.push_back(word);
    }
  }
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  return cli::command_text(argc, pointers.data());
}

std::string without_folder(const std::string& path) {
  const std::size_t end = path.find_last_not_of('/');
  const std::string trimmed = path.substr(0, end == std::string::npos ? 0 : end + 1);
  const std::size_t slash = trimmed.rfind('/');
  return slash == std::string::npos ? trimmed : trimmed.substr(slash + 1);
}

}  // namespace crbrt::volume
