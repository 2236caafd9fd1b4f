// SPDX-License-Identifier: Apache-2.0
// The list mode: which datasets appear with which options, and the example of the documentation.
#include <gtest/gtest.h>

#include <cmath>

#include "physics/io/hdf5_reader.h"
#include "physics/io/sequence_io.h"
#include "tests/e2e/short_sequence.h"
#include "tests/support/run_program.h"
#include "tools/volume/basis_file.h"

namespace crbrt::tests {
namespace {

using physics::Hdf5Reader;
using physics::Shape;

const std::string list_mode = "crbrt-simulate --sequence " + example_sequence + " --tissues " + example_tissues;

TEST(SimulateList, SignalsAlone) {
  const TemporaryFolder folder;
  const Outcome outcome = run(list_mode + " --out " + (folder / "o.h5"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Hdf5Reader file(folder / "o.h5");
  EXPECT_EQ(file.complex("signal").shape, (Shape{3, 20}));
  EXPECT_EQ(file.real("parameters").shape, (Shape{3, 8}));
  for (const char* absent : {"jacobian", "crb_time", "coefficients", "crb"}) EXPECT_FALSE(file.has(absent)) << absent;
}

TEST(SimulateList, DerivativesBringBoundsWithNames) {
  const TemporaryFolder folder;
  for (const auto& [t1, n_bound] : {std::pair{"apparent", 7u}, std::pair{"separate", 8u}}) {
    const Outcome outcome = run(list_mode + " --derivatives --t1 " + t1 + " --out " + (folder / "o.h5"));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
    const Hdf5Reader file(folder / "o.h5");
    EXPECT_EQ(file.complex("jacobian").shape, (Shape{3, 8, 20}));
    EXPECT_EQ(file.real("crb_time").shape, (Shape{3, n_bound}));
    EXPECT_EQ(file.names_attribute("crb_time", "names").size(), n_bound);
    EXPECT_EQ(file.names_attribute("parameters", "names")[2], "r2_free_hz");
    EXPECT_EQ(file.text_attribute("/", "t1_model"), t1);
  }
  EXPECT_EQ(folder.count(), 1u) << "a temporary file was left";
}

TEST(SimulateList, ABasisBringsCoefficientsThatAreTheProjectedSignal) {
  const TemporaryFolder folder;
  const std::string set = folder / "set.h5", out = folder / "o.h5";
  const std::string sequence = short_sequence(folder);
  Outcome outcome =
      run("crbrt-simulate --sequence " + sequence + " --prior " + example_prior + " --count 40 --rank 9 --out " + set);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  outcome = run("crbrt-simulate --sequence " + sequence + " --tissues " + example_tissues + " --t1 separate --basis " + set +
                " --rank 8 --out " + out);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Hdf5Reader file(out);
  const auto signal = file.complex("signal"), coefficients = file.complex("coefficients");
  ASSERT_EQ(coefficients.shape, (Shape{3, 8}));
  EXPECT_EQ(file.real("crb").shape, (Shape{3, 8}));
  base::Warnings warnings("test");
  const Eigen::MatrixXd basis = volume::read_basis(set, warnings, 8).real();
  const Eigen::Map<const Eigen::MatrixXcd> s(signal.values.data(), basis.rows(), 3), c(coefficients.values.data(), 8, 3);
  // Sums of 120 products: rounding of at most 120 eps, in whichever order.
  EXPECT_LT((basis.transpose() * s - c).norm(), 120 * 2.3e-16 * s.norm());
}

// docs/file-formats.md prints this listing: a changed layout must change the documentation.
TEST(SimulateList, TheDocumentedLayoutIsTheWrittenOne) {
  const TemporaryFolder folder;
  const Outcome outcome = run(list_mode + " --derivatives --out " + (folder / "o.h5"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const Hdf5Reader file(folder / "o.h5");
  for (const double bound : file.real("crb_time").values) EXPECT_TRUE(std::isfinite(bound));
  const std::string page = content_of(CRBRT_SOURCE_DIR "/docs/file-formats.md");
  for (const char* name : {"signal", "jacobian"})
    EXPECT_NE(page.find(std::string("/") + name + " " + physics::shape_text(file.complex(name).shape)), std::string::npos)
        << name;
  for (const char* name : {"crb_time", "parameters"})
    EXPECT_NE(page.find(std::string("/") + name + " " + physics::shape_text(file.real(name).shape)), std::string::npos) << name;
}

}  // namespace
}  // namespace crbrt::tests
