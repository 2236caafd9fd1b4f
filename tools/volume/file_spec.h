/// How an image is named on the command line, and which kind of file that is.
#pragma once

#include <string>

namespace crbrt::volume {

enum class FileKind { nifti, bart, hdf5 };

/// "brain.nii.gz", "coeffs.cfl" (or "coeffs.hdr" beside it), "scan.mat:x", "scan.h5:/group/x"
struct FileSpec {
  FileKind kind = FileKind::nifti;
  std::string path;     ///< the file; for BART the .cfl
  std::string dataset;  ///< HDF5 only
  std::string shown;    ///< as given: what messages name

  /// Throws InputError for a MAT or HDF5 file without a data set, and for a file that cannot be opened.
  static FileSpec parse(const std::string& given);

  /// The JSON sidecar beside the file: the same name with .json instead of .nii, .nii.gz, .cfl, .mat or .h5.
  std::string sidecar_path() const;
};

}  // namespace crbrt::volume
