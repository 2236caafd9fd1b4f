#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: load of Octave 7.3.0 reads a complex array that h5py or Julia wrote, whose numbers have the members {r, i}, as zeros:
#   of the right shape, complex, without an error or a warning. With the members {real, imag}, in either order, it reads the numbers.
# Wrong guess: what a reader does not know it refuses, or shows as the structure that it is; members of a compound that do not match are an
#   error of HDF5. (HDF5 fills what it cannot match with zeros, and has done its work.)
# Who is hurt: whoever makes a basis or coefficients in Python and goes on in Octave: everything runs, with zeros.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses, with all that they depend on: for a status without any package.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial root
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
touch apt/status
options=(-q -y -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::State::status=$folder/apt/status" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
apt-get "${options[@]}" install --download-only --no-install-recommends octave=7.3.0-2 python3-h5py-serial=3.7.0-8 >/dev/null
for package in apt/cache/archives/*.deb; do
  case $package in */libc6_*) continue ;; esac
  dpkg-deb -x "$package" root
done
usr=$folder/root/usr lib=$folder/root/usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH=$lib:$lib/blas:$lib/lapack:$lib/octave/7.3.0:$folder/root/lib/x86_64-linux-gnu OCTAVE_HOME=$usr PYTHONHOME=$usr
export OPENBLAS_NUM_THREADS=1

cat >write.py <<'P'
import h5py
import numpy as np

numbers = np.array([[1 + 2j, 3 + 4j, 5 + 6j], [7 + 8j, 9 + 10j, 11 + 12j]])
with h5py.File("numbers.h5", "w") as file:
    file["of_h5py"] = numbers
    for name, members in [("real_imag", ["real", "imag"]), ("imag_real", ["imag", "real"])]:
        pairs = np.zeros(numbers.shape, [(member, "f8") for member in members])
        pairs["real"], pairs["imag"] = numbers.real, numbers.imag
        file[name] = pairs
    members = file["of_h5py"].id.get_type()
    print("h5py", h5py.__version__, "writes", members.get_member_name(0).decode(), "and", members.get_member_name(1).decode())
P
cat >read.m <<'M'
printf("Octave %s\n", version());
s = load("numbers.h5");
for name = {"of_h5py", "real_imag", "imag_real"}
  x = s.(name{1});
  printf("%s: %s, complex %d, shape %d %d, sum %g%+gi, <%s>\n", name{1}, class(x), iscomplex(x), size(x), real(sum(x(:))), imag(sum(x(:))), lastwarn());
end
M
"$usr/bin/python3.11" write.py | tee said
"$usr/bin/octave-cli" --quiet --no-init-file --no-history read.m 2>&1 | tee -a said
diff said - <<'END'
h5py 3.7.0 writes r and i
Octave 7.3.0
of_h5py: double, complex 1, shape 3 2, sum 0+0i, <>
real_imag: double, complex 1, shape 3 2, sum 36+42i, <>
imag_real: double, complex 1, shape 3 2, sum 36+42i, <>
END
echo "as described"
