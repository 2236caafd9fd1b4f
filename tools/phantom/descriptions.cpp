// One definition for the brain and the tubes.
#include "tools/phantom/descriptions.h"

#include <filesystem>

#include "base/json.h"

namespace crbrt::phantom {

void write_descriptions(base::AtomicFolder& folder, const PhantomOrigin& origin, const std::string& description) {
  const std::filesystem::path out = origin.out;
  const base::Json sidecar{{"basis_sha256", origin.model.basis_sha256},
                           {"sequence_sha256", origin.model.sequence_sha256},
                           {"sequence_name", origin.model.sequence_name},
                           {"snr", origin.snr},
                           {"command", origin.command}};
  base::write_text(folder.temporary("coefficients.json"), sidecar.dump(2) + "\n", out / "coefficients.json");
  base::write_text(folder.temporary("phantom.json"), description + "\n", out / "phantom.json");
}

}  // namespace crbrt::phantom
