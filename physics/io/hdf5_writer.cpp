// SPDX-License-Identifier: Apache-2.0
// Writing of arrays and attributes. Every call's result is checked: a full disk may show at any of them.
#include "physics/io/hdf5_writer.h"

#include "base/error.h"

namespace crbrt::physics {

Hdf5Writer::Hdf5Writer(const std::string& path, const std::string& shown, std::size_t n_user_byte) : shown_(shown) {
  prepare_hdf5();
  const Hdf5Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  check(H5Pset_userblock(properties.get(), n_user_byte) >= 0);
  file_ = Hdf5Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, properties.get(), H5P_DEFAULT), H5Fclose);
  check(file_.ok());
}

void Hdf5Writer::check(bool ok) const {
  if (!ok) throw base::OutputError(shown_, hdf5_reason());
}

void Hdf5Writer::create(const std::string& name, const Shape& shape, hid_t type) {
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  const Hdf5Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.get(), false);
  const Hdf5Handle dataset(H5Dcreate2(file_.get(), name.c_str(), type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
                           H5Dclose);
  check(dataset.ok());
}

void Hdf5Writer::create_real(const std::string& name, const Shape& shape) { create(name, shape, H5T_NATIVE_DOUBLE); }

void Hdf5Writer::create_complex(const std::string& name, const Shape& shape) { create(name, shape, hdf5_complex_type().get()); }

void Hdf5Writer::write_rows(const std::string& name, std::size_t first, std::size_t n, const void* values, hid_t type) {
  if (n == 0) return;
  const Hdf5Handle dataset(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  check(dataset.ok());
  const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
  std::vector<hsize_t> extents(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.get())));
  H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  std::vector<hsize_t> start(extents.size(), 0);
  start[0] = first;
  extents[0] = n;
  check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extents.data(), nullptr) >= 0);
  const Hdf5Handle memory(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), H5Sclose);
  check(H5Dwrite(dataset.get(), type, memory.get(), space.get(), H5P_DEFAULT, values) >= 0);
}

void Hdf5Writer::write_rows(const std::string& name, std::size_t first, std::size_t n, const double* values) {
  write_rows(name, first, n, values, H5T_NATIVE_DOUBLE);
}

void Hdf5Writer::write_rows(const std::string& name, std::size_t first, std::size_t n, const std::complex<double>* values) {
  write_rows(name, first, n, values, hdf5_complex_type().get());
}

void Hdf5Writer::write(const std::string& name, const Shape& shape, const double* values) {
  create_real(name, shape);
  write_rows(name, 0, shape.front(), values);
}

void Hdf5Writer::write(const std::string& name, const Shape& shape, const std::complex<double>* values) {
  create_complex(name, shape);
  write_rows(name, 0, shape.front(), values);
}

void Hdf5Writer::write(const std::string& name, const Shape& shape, const std::complex<float>* values) {
  const Hdf5Handle type = hdf5_complex_type("real", "imag", H5T_NATIVE_FLOAT);
  create(name, shape, type.get());
  write_rows(name, 0, shape.front(), values, type.get());
}

void Hdf5Writer::write_attribute(const std::string& object, const std::string& name, hid_t type, hid_t space,
                                 const void* values) {
  const Hdf5Handle attribute(
      H5Acreate_by_name(file_.get(), object.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  check(attribute.ok());
  check(H5Awrite(attribute.get(), type, values) >= 0);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, const std::string& text) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const char* pointer = text.c_str();
  write_attribute(object, name, hdf5_text_type().get(), space.get(), &pointer);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, double value) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  write_attribute(object, name, H5T_NATIVE_DOUBLE, space.get(), &value);
}

void Hdf5Writer::attribute(const std::string& object, const std::string& name, const std::vector<std::string>& names) {
  const hsize_t extent = names.size();
  const Hdf5Handle space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  std::vector<const char*> pointers;
  for (const std::string& text : names) pointers.push_back(text.c_str());
  write_attribute(object, name, hdf5_text_type().get(), space.get(), pointers.data());
}

void Hdf5Writer::fixed_attribute(const std::string& object, const std::string& name, const std::string& text) {
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose), type(H5Tcopy(H5T_C_S1), H5Tclose);
  check(H5Tset_size(type.get(), text.size()) >= 0);
  write_attribute(object, name, type.get(), space.get(), text.data());
}

void Hdf5Writer::close() {
  check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) >= 0);
  check(H5Fclose(file_.release()) >= 0);
}

}  // namespace crbrt::physics
