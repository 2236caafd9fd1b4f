// Shapes as JSON.
#include <cmath>

#include "base/json.h"
#include "base/json_reader.h"
#include "tools/design/shape.h"

namespace crbrt::design {

Shape read_shape(const std::string& path) {
  const auto json = base::JsonReader::from_file(path);
  json.expect_only({"name", "tr_s", "n_pulse", "alpha_rad", "trf_s"});
  Shape shape{.name = json.at("name").text(),
              .tr_s = json.at("tr_s").number(),
              .n_pulse = static_cast<std::size_t>(json.at("n_pulse").number()),
              .alpha_rad = json.at("alpha_rad").numbers(),
              .trf_s = json.at("trf_s").numbers()};
  for (const char* key : {"alpha_rad", "trf_s"})
    if (json.at(key).numbers().size() < 4) json.at(key).fail("at least four spline coefficients");
  return shape;
}

std::string shape_text(const Shape& shape) {
  const auto rounded = [](std::vector<double> values, double steps_per_unit) {
    for (double& value : values) value = std::round(value * steps_per_unit) / steps_per_unit;
    return values;
  };
  base::Json json;
  json["name"] = shape.name;
  json["tr_s"] = shape.tr_s;
  json["n_pulse"] = shape.n_pulse;
  json["alpha_rad"] = rounded(shape.alpha_rad, 1e4);
  json["trf_s"] = rounded(shape.trf_s, 1e7);
  return json.dump() + "\n";
}

}  // namespace crbrt::design
