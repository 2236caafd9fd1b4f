// SPDX-License-Identifier: Apache-2.0
/// HDF5 files as writers leave them: chunks of which some were never written, chunks that a filter packed which others do not
/// have, a file that its writer still has open, and one whose filter ends every program that reads it.
#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/guarded_reader.h"

namespace crbrt::tests {

constexpr H5Z_filter_t lzf_filter = 32000;  // h5py's, which HDF5 itself does not have
constexpr H5Z_filter_t fatal_filter = 256;  // the first of those that HDF5 keeps for experiments
constexpr H5Z_filter_t deflate_filter = H5Z_FILTER_DEFLATE;

/// The filter gives the bytes as they are; read with `fatal_filter`, it ends the process by a signal.
class RegisteredFilter {
 public:
  RegisteredFilter(H5Z_filter_t id, const char* name) : id_(id) {
    const H5Z_class2_t filter{H5Z_CLASS_T_VERS, id, 1, 1, name, nullptr, nullptr, id == fatal_filter ? end_reader : same};
    EXPECT_GE(H5Zregister(&filter), 0);
  }
  ~RegisteredFilter() { H5Zunregister(id_); }
  RegisteredFilter(const RegisteredFilter&) = delete;
  RegisteredFilter& operator=(const RegisteredFilter&) = delete;

 private:
  static std::size_t same(unsigned, std::size_t, const unsigned*, std::size_t n_byte, std::size_t*, void**) { return n_byte; }
  static std::size_t end_reader(unsigned flags, std::size_t, const unsigned*, std::size_t n_byte, std::size_t*, void**) {
    if ((flags & H5Z_FLAG_REVERSE) != 0) ::raise(SIGSEGV);
    return n_byte;
  }
  H5Z_filter_t id_;
};

/// Doubles [rows, columns], every row a chunk.
struct ChunkedFile {
  std::string dataset;
  std::vector<hsize_t> extents;
  hsize_t rows_written;
  H5Z_filter_t filter = deflate_filter;
};

/// Adds the data set to the file, which may exist.
inline void write_chunked(const std::string& path, const ChunkedFile& chunked) {
  const bool exists = ::access(path.c_str(), F_OK) == 0;
  const hid_t file = exists ? H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)
                            : H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t columns = chunked.extents[1], chunk[] = {1, columns}, start[] = {0, 0},
                count[] = {chunked.rows_written, columns};
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, chunked.extents.data(), nullptr);
  H5Pset_chunk(properties, 2, chunk);
  H5Pset_filter(properties, chunked.filter, H5Z_FLAG_MANDATORY, chunked.filter == deflate_filter ? 1 : 0,
                std::vector<unsigned>{1}.data());
  const hid_t dataset =
      H5Dcreate2(file, chunked.dataset.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  EXPECT_GE(dataset, 0);
  if (chunked.rows_written > 0) {
    const std::vector<double> values(chunked.rows_written * columns, 0.25);
    const hid_t memory = H5Screate_simple(2, count, nullptr);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, nullptr, count, nullptr);
    EXPECT_GE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()), 0);
    H5Sclose(memory);
  }
  H5Dclose(dataset);
  H5Sclose(space);
  H5Pclose(properties);
  H5Fclose(file);
}

/// Another program that writes a file: it has it open as long as this lives, and is killed then.
class Hdf5WriterElsewhere {
 public:
  /// `latest`: in the newest format, which remembers that a writer did not close the file.
  Hdf5WriterElsewhere(const std::string& path, bool latest)
      : process_(path, "HDF5", [&](const base::GuardedSender& sender) {
          const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
          if (latest) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
          const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
          const hsize_t extent = 6;
          const hid_t space = H5Screate_simple(1, &extent, nullptr);
          const hid_t dataset = H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
          const std::vector<double> values(extent, 0.25);
          H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
          sender.send(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
          for (;;) ::pause();
        }) {
    EXPECT_TRUE(process_.read_number<bool>());
  }

 private:
  base::GuardedReader process_;  // its destructor ends the process
};

}  // namespace crbrt::tests
