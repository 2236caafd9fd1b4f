// The kind of a file follows from its name: extensions are the only thing that all three formats have.
#include "tools/volume/file_spec.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/error.h"

namespace crbrt::volume {
namespace {

constexpr std::array<std::string_view, 3> hdf5_extensions{".mat", ".h5", ".hdf5"};

bool is_hdf5_name(std::string_view path) {
  for (const std::string_view extension : hdf5_extensions) {
    if (path.ends_with(extension)) return true;
  }
  return false;
}

void expect_readable(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw base::InputError(path, "a readable file", std::strerror(errno));
  ::close(fd);
  std::error_code unreadable;
  if (std::filesystem::is_directory(path, unreadable)) throw base::InputError(path, "a readable file", "a folder");
}

FileSpec parse_name(const std::string& given) {
  const std::size_t colon = given.rfind(':');
  if (colon != std::string::npos && is_hdf5_name(std::string_view(given).substr(0, colon))) {
    return {FileKind::hdf5, given.substr(0, colon), given.substr(colon + 1), given};
  }
  if (is_hdf5_name(given)) return {FileKind::hdf5, given, "", given};
  if (given.ends_with(".cfl")) return {FileKind::bart, given, "", given};
  // "x.hdr" names a BART file when there is an x.cfl, and otherwise the header of a NIfTI pair.
  if (given.ends_with(".hdr")) {
    const std::string cfl = given.substr(0, given.size() - 4) + ".cfl";
    std::error_code unreadable;
    if (std::filesystem::exists(cfl, unreadable)) return {FileKind::bart, cfl, "", given};
  }
  return {FileKind::nifti, given, "", given};
}

}  // namespace

FileSpec FileSpec::parse(const std::string& given) {
  FileSpec spec = parse_name(given);
  expect_readable(spec.path);
  if (spec.kind == FileKind::hdf5 && spec.dataset.empty()) {
    throw base::InputError(given, "a data set after the file name (" + given + ":NAME)", "none");
  }
  return spec;
}

std::string FileSpec::sidecar_path() const {
  std::filesystem::path base(path);
  if (base.extension() == ".gz") base.replace_extension();
  return base.replace_extension(".json").string();
}

}  // namespace crbrt::volume
