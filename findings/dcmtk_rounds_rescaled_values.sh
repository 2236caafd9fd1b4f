#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: DCMTK 3.6.7 (dcm2pnm, by its library dcmimgle) rounds pixels to whole numbers when it applies RescaleSlope
#   and RescaleIntercept, before any window: 1000 different values between 0 and 1 become two greys, or one.
# Wrong guess: a slope of 0.0001 only moves the scale; the picture of a window around the values is the same as without it.
# Who is hurt: whoever writes maps in seconds or as fractions: T2 of 80 ms is 0.08 and therefore black.
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
  dcmtk | grep '^lib' | grep -v -e '^libc6' -e '^libgcc' -e '^libstdc++' | sort -u)
for package in $needed dcmtk=3.6.7-9~deb12u4; do
  apt-get "${options[@]}" download "$package" >/dev/null 2>&1 || continue  # a name that others provide
  dpkg-deb -x "${package%%=*}"_*.deb root
done
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
export DCMDICTPATH=$folder/root/usr/share/libdcmtk17/dicom.dic PATH=$folder/root/usr/bin:$PATH

# image SLOPE: 32 x 32 pixels of 0 to 1023, times the slope.
image() {
  cat >image.dump <<END
(0002,0010) UI =LittleEndianExplicit
(0008,0016) UI =CTImageStorage
(0008,0018) UI [1.2.3.4.5]
(0008,0060) CS [CT]
(0020,000d) UI [1.2.3]
(0020,000e) UI [1.2.3.4]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 32
(0028,0011) US 32
(0028,0100) US 16
(0028,0101) US 16
(0028,0102) US 15
(0028,0103) US 0
(0028,1052) DS [0]
(0028,1053) DS [$1]
(7fe0,0010) OW $(for i in $(seq 0 1023); do printf '%04x\\' "$i"; done | sed 's/\\$//')
END
  dump2dcm +l 65536 image.dump image.dcm
}

dcm2pnm --version | grep -o 'dcm2pnm v3.6.7'
for slope in 1 0.01 0.001 0.0001; do
  image $slope
  # From the least to the largest value; 8 bits of raw PGM, the last 1024 bytes of the file.
  dcm2pnm +op +Wm image.dcm image.pgm 2>/dev/null
  echo "slope $slope: $(tail -c 1024 image.pgm | od -An -v -t u1 -w1 | sort -u | wc -l) greys"
done | tee said
diff said - <<'END'
slope 1: 256 greys
slope 0.01: 11 greys
slope 0.001: 2 greys
slope 0.0001: 1 greys
END
echo "as described"
