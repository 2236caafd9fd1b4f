// Reading of attributes: texts (of fixed or variable length), numbers and lists of names.
#include "base/error.h"
#include "physics/io/hdf5_reader.h"

namespace crbrt::physics {

Hdf5Handle Hdf5Reader::open_attribute(const std::string& object, const std::string& name) const {
  Hdf5Handle attribute;
  if (object == "/" || has(object))
    if (H5Aexists_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT) > 0)
      attribute = Hdf5Handle(H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.ok()) fail("the attribute " + name + " of " + object, "none");
  return attribute;
}

std::vector<std::string> Hdf5Reader::names_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute = open_attribute(object, name);
  const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) fail("text in the attribute " + name + " of " + object, "another type");
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.get());
  std::vector<std::string> names;
  if (H5Tis_variable_str(type.get()) > 0) {
    std::vector<char*> texts(static_cast<std::size_t>(n), nullptr);
    const Hdf5Handle memory = hdf5_text_type();
    H5Tset_cset(memory.get(), H5Tget_cset(type.get()));
    if (H5Aread(attribute.get(), memory.get(), texts.data()) < 0) fail("a readable attribute " + name, hdf5_reason());
    for (const char* text : texts) names.emplace_back(text == nullptr ? "" : text);
    H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, texts.data());
    return names;
  }
  const std::size_t width = H5Tget_size(type.get());
  std::string buffer(width * static_cast<std::size_t>(n), '\0');
  if (H5Aread(attribute.get(), type.get(), buffer.data()) < 0) fail("a readable attribute " + name, hdf5_reason());
  for (std::size_t at = 0; at < buffer.size(); at += width) {
    const std::string padded = buffer.substr(at, width);
    names.push_back(padded.substr(0, padded.find('\0')));
  }
  return names;
}

std::string Hdf5Reader::text_attribute(const std::string& object, const std::string& name) const {
  const std::vector<std::string> texts = names_attribute(object, name);
  if (texts.size() != 1) fail("one text in the attribute " + name, std::to_string(texts.size()));
  return texts.front();
}

double Hdf5Reader::number_attribute(const std::string& object, const std::string& name) const {
  const Hdf5Handle attribute = open_attribute(object, name);
  const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
  double value = 0;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) fail("one number in the attribute " + name, "several");
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) fail("a number in the attribute " + name, "another type");
  return value;
}

}  // namespace crbrt::physics
