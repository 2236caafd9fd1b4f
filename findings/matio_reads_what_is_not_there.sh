#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: matio 1.5.23 reads a MAT file of version 5 or 7 that ends early, or whose compressed numbers were changed, without an error:
#   Mat_VarRead() returns a variable of full size, of which what was missing is whatever the memory held or zero.
# Wrong guess: a file that was cut off on its way is refused, as HDF5 and every gzip tool do: zlib has a checksum of the numbers.
# Who is hurt: whoever reads data of others with it: a complex image loses its imaginary parts, and nothing says so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses, with all that it depends on.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
needed=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
  libmatio11 | grep '^lib' | grep -v -e '^libc6' -e '^libgcc' | sort -u)
for package in $needed; do
  version=""
  [ "$package" != libmatio11 ] || version="=1.5.23-2+deb12u1"
  apt-get "${options[@]}" download "$package$version" >/dev/null 2>&1 || continue  # a name that others provide
  dpkg-deb -x "$package"_*.deb root
done
apt-get "${options[@]}" download libmatio-dev=1.5.23-2+deb12u1 >/dev/null
dpkg-deb -x libmatio-dev_*.deb root

cat >cut.c <<'C'
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>

enum { n = 4096 };

/* A complex variable x: real parts between 1 and 2, imaginary parts between 2 and 3, in no order that compresses well. */
static void write_file(const char* name, enum matio_compression compression) {
  static double re[n], im[n];
  size_t extents[2] = {n, 1};
  unsigned random = 1;
  for (int i = 0; i < n; ++i) {
    re[i] = 1 + ((random = random * 1664525u + 1013904223u) >> 8) / 16777216.0;
    im[i] = 2 + ((random = random * 1664525u + 1013904223u) >> 8) / 16777216.0;
  }
  mat_complex_split_t parts = {re, im};
  mat_t* file = Mat_CreateVer(name, NULL, MAT_FT_MAT5);
  matvar_t* x = Mat_VarCreate("x", MAT_C_DOUBLE, MAT_T_DOUBLE, 2, extents, &parts, MAT_F_COMPLEX);
  Mat_VarWrite(file, x, compression);
  Mat_VarFree(x);
  Mat_Close(file);
}

static void read_file(const char* what, const char* name) {
  mat_t* file = Mat_Open(name, MAT_ACC_RDONLY);
  matvar_t* x = file != NULL ? Mat_VarRead(file, "x") : NULL;
  const mat_complex_split_t* parts = x != NULL ? (const mat_complex_split_t*)x->data : NULL;
  int n_wrong = 0;
  for (int i = 0; parts != NULL && i < n; ++i) n_wrong += ((const double*)parts->Im)[i] < 2 || ((const double*)parts->Im)[i] > 3;
  printf("%s: %s, %s of the imaginary parts are right\n", what, parts != NULL ? "a variable" : "an error",
         parts == NULL ? "none" : n_wrong == 0 ? "all" : "not all");
  if (x != NULL) Mat_VarFree(x);
  if (file != NULL) Mat_Close(file);
}

int main(void) {
  write_file("plain.mat", MAT_COMPRESSION_NONE);
  write_file("packed.mat", MAT_COMPRESSION_ZLIB);
  read_file("plain", "plain.mat");
  read_file("packed", "packed.mat");
  if (system("head -c -8000 plain.mat >plain_cut.mat") != 0 || system("head -c -4000 packed.mat >packed_cut.mat") != 0) return 1;
  read_file("plain, 8000 bytes short", "plain_cut.mat");
  read_file("packed, 4000 bytes short", "packed_cut.mat");
  return 0;
}
C
lib=root/usr/lib/x86_64-linux-gnu
gcc -I root/usr/include -I root/usr/include/hdf5/serial cut.c -o cut "$lib/libmatio.so.11" -Wl,--unresolved-symbols=ignore-in-shared-libs
LD_LIBRARY_PATH="$lib:$(dirname "$(find root -name 'libhdf5_serial.so.*' | head -n 1)")" ./cut 2>/dev/null | tee said
echo "matio $(dpkg-deb -f libmatio11_*.deb Version)"
diff said - <<'END'
plain: a variable, all of the imaginary parts are right
packed: a variable, all of the imaginary parts are right
plain, 8000 bytes short: a variable, not all of the imaginary parts are right
packed, 4000 bytes short: a variable, not all of the imaginary parts are right
END
echo "as described"
