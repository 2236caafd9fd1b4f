// base::Json prints doubles in their shortest round-trip form; the CSV takes its numbers from there, so both agree.
#include "tools/design/sequence_text.h"

#include "base/json.h"

namespace crbrt::design {

std::string json_text(const physics::Sequence& sequence) {
  base::Json json;
  json["name"] = sequence.name;
  json["tr_s"] = sequence.tr_s;
  json["alpha_rad"] = sequence.cycles.front().alpha_rad;
  json["trf_s"] = sequence.cycles.front().trf_s;
  return json.dump() + "\n";
}

std::string csv_text(const physics::Sequence& sequence) {
  const auto& cycle = sequence.cycles.front();
  std::string text = "pulse,alpha_rad,trf_s\n";
  for (std::size_t k = 0; k < cycle.alpha_rad.size(); ++k)
    text +=
        std::to_string(k + 1) + "," + base::Json(cycle.alpha_rad[k]).dump() + "," + base::Json(cycle.trf_s[k]).dump() + "\n";
  return text;
}

}  // namespace crbrt::design
