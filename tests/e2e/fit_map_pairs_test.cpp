// SPDX-License-Identifier: Apache-2.0
// crbrt-map and crbrt-fit name maps alike: crbrt-compare pairs every map of a model with one of the fit, for both T1 models.
#include <set>

#include "base/json.h"
#include "physics/quantity.h"
#include "tests/e2e/dataset_model.h"
#include "tests/e2e/fit_fixture.h"

namespace crbrt::tests {
namespace {

using Names = std::set<std::string>;

class MapsOfBothPrograms : public FitProgram, public testing::WithParamInterface<physics::T1Model> {
 protected:
  /// A model that estimates everything that can be estimated with this T1 model.
  void write_whole_model() const {
    ModelSpec spec = plain_spec();
    spec.outputs.clear();
    for (const physics::Quantity& quantity : physics::quantities())
      if (quantity.is_estimand() && quantity.is_of(GetParam())) spec.outputs.emplace_back(quantity.key);
    spec.uncertainty = true;
    const ShortTrain& train = ShortTrain::get();
    fbs::ModelT model = model_for(train.basis, physics::sha256_of(train.sequence), spec);
    for (const auto& output : model.outputs) output->unit = physics::find_quantity(output->name)->unit;
    write_model(file("m.crbm"), model);
  }

  /// Without those that are not of a quantity.
  Names maps_in(const std::string& out) const {
    Names names;
    for (const std::string& name : listing(file(out)))
      if (name.ends_with(".nii") && !name.starts_with("status") && name != "residual_norm.nii" && name != "starts_agreed.nii")
        names.insert(name.substr(0, name.size() - 4));
    return names;
  }
};

TEST_P(MapsOfBothPrograms, PairCompletely) {
  write_whole_model();
  const std::string t1(physics::name(GetParam()));
  const Outcome mapped =
      run("crbrt-map --model " + file("m.crbm") + " --input " + file("in.nii") + " --sigma 4e-5 --out " + file("map"));
  ASSERT_EQ(mapped.exit_code, 0) << mapped.text;
  const Outcome fitted = fit("fit", "--starts 1 --t1 " + t1);
  ASSERT_EQ(fitted.exit_code, 0) << fitted.text;
  const Outcome compared =
      run("crbrt-compare --maps " + file("map") + " --reference " + file("fit") + " --json " + file("c.json"));
  ASSERT_EQ(compared.exit_code, 0) << compared.text;

  const auto report = base::Json::from_file(file("c.json"));
  Names compared_names;
  for (const base::Json::Member& map : report.at("maps").members()) compared_names.insert(map.key);
  EXPECT_EQ(compared_names, maps_in("map"));
  EXPECT_EQ(compared_names, maps_in("fit"));
  EXPECT_TRUE(compared_names.contains("M0map") && compared_names.contains("M0map_std"));
  for (const std::string& name : compared_names) {
    const auto of_map = base::Json::from_file(file("map/" + name + ".json"));
    const auto of_fit = base::Json::from_file(file("fit/" + name + ".json"));
    for (const char* key : {"OutputName", "Units"}) EXPECT_EQ(of_map.at(key), of_fit.at(key)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(T1Models, MapsOfBothPrograms, testing::Values(physics::T1Model::apparent, physics::T1Model::separate),
                         [](const auto& model) { return std::string(physics::name(model.param)); });

}  // namespace
}  // namespace crbrt::tests
