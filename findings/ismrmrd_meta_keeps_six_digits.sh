#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: ISMRMRD::MetaContainer of ISMRMRD 1.8.0 writes a double with six digits. set("RescaleSlope", 0.10681464866) becomes 0.106815,
#   and 123456789.0 becomes 1.23457e+08, of which as_long() makes 1.
# Wrong guess: an attribute that is set as a double comes back as the same double, and a whole number as the same whole number.
# Who is hurt: quantitative maps whose pixels are decoded by a rescale slope that went through the container (2 of 65,535 steps at the
#   end of the range), and times or identifiers that are kept as doubles. Texts of one's own printing survive.
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
apt-get "${options[@]}" install --download-only --no-install-recommends libismrmrd-dev=1.8.0-2+b1 >/dev/null
for package in apt/cache/archives/*.deb; do
  case $package in */libc6_* | */libc6-dev_* | */libstdc++6_* | */libgcc-s1_* | */gcc-* | */g++-* | */cpp-*) continue ;; esac
  dpkg-deb -x "$package" root
done
lib=$folder/root/usr/lib/x86_64-linux-gnu

cat >meta.cpp <<'C'
#include <ismrmrd/meta.h>
#include <ismrmrd/version.h>
#include <iostream>
int main() {
  ISMRMRD::MetaContainer out, in;
  out.set("slope", 0.10681464866);
  out.set("number", 123456789.0);
  std::ostringstream text;
  ISMRMRD::serialize(out, text);
  ISMRMRD::deserialize(text.str().c_str(), in);
  std::cerr << "ISMRMRD " << ISMRMRD_VERSION_MAJOR << "." << ISMRMRD_VERSION_MINOR << "." << ISMRMRD_VERSION_PATCH << "\n" << text.str();
  std::cout << in.as_str("slope") << " " << in.as_str("number") << " " << in.as_long("number") << "\n";
}
C
g++ -std=c++17 -I "$folder/root/usr/include" meta.cpp -o meta "$lib/libismrmrd.so.1.8" -Wl,--allow-shlib-undefined
found=$(LD_LIBRARY_PATH=$lib:$folder/root/lib/x86_64-linux-gnu ./meta)
echo "$found"
[ "$found" = "0.106815 1.23457e+08 1" ]
