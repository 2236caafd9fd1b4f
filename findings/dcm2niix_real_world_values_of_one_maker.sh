#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: dcm2niix 1.0.20220720 applies the Real World Value Mapping of an MR image only where Manufacturer names Philips. Of the
#   same image of any other maker it writes the stored numbers with the slope 1; beside a RescaleSlope the mapping counts nowhere.
# Wrong guess: the mapping, which DICOM made for quantities and which names the unit, is what a converter looks at first.
# Who is hurt: whoever writes parameter maps with the mapping alone: T1 in ms comes out as numbers between 0 and 65535, without a word.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses, with all that they depend on.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
needed=$(apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
  dcm2niix dcmtk | grep '^lib' | grep -v -e '^libc6' -e '^libgcc' -e '^libstdc++' | sort -u)
for package in $needed dcm2niix=1.0.20220720-1+deb12u1 dcmtk=3.6.7-9~deb12u4; do
  apt-get "${options[@]}" download "$package" >/dev/null 2>&1 || continue  # a name that others provide
  dpkg-deb -x "${package%%=*}"_*.deb root
done
export LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu:$folder/root/lib/x86_64-linux-gnu
export DCMDICTPATH=$folder/root/usr/share/libdcmtk17/dicom.dic PATH=$folder/root/usr/bin:$PATH

# image MAKER RESCALE: an MR image of 4 x 4 pixels of 100; real world value = 0.5 * pixel + 3; with or without RescaleSlope 2 and 7.
image() {
  mkdir -p in
  cat >image.dump <<END
(0002,0010) UI =LittleEndianExplicit
(0008,0008) CS [DERIVED\PRIMARY\T1 MAP]
(0008,0016) UI =MRImageStorage
(0008,0018) UI [1.2.3.4.5]
(0008,0020) DA [20260101]
(0008,0030) TM [101010]
(0008,0060) CS [MR]
(0008,0070) LO [$1]
(0018,0050) DS [3]
(0020,000d) UI [1.2.3]
(0020,000e) UI [1.2.3.4]
(0020,0011) IS [1]
(0020,0013) IS [1]
(0020,0032) DS [0\0\0]
(0020,0037) DS [1\0\0\0\1\0]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 4
(0028,0011) US 4
(0028,0030) DS [2\2]
(0028,0100) US 16
(0028,0101) US 16
(0028,0102) US 15
(0028,0103) US 0
$([ "$2" = no ] || printf '(0028,1052) DS [7]\n(0028,1053) DS [2]\n')
(0040,9096) SQ
(fffe,e000) na
(0040,08ea) SQ
(fffe,e000) na
(0008,0100) SH [ms]
(0008,0102) SH [UCUM]
(0008,0104) LO [millisecond]
(fffe,e00d) na
(fffe,e0dd) na
(0040,9211) US 65535
(0040,9216) US 0
(0040,9224) FD 3
(0040,9225) FD 0.5
(fffe,e00d) na
(fffe,e0dd) na
(7fe0,0010) OW 0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064\0064
END
  dump2dcm image.dump in/image.dcm
}

{ dcm2niix -v 2>&1 || true; } | grep -o 'v1.0.20220720' | head -n 1
for rescale in no yes; do
  for maker in crbrt SIEMENS 'GE MEDICAL SYSTEMS' 'Philips Medical Systems' ''; do
    image "$maker" $rescale
    rm -f out.nii
    dcm2niix -b n -f out -o . in >/dev/null
    echo "RescaleSlope $rescale, '$maker': slope and intercept$(od -An -t f4 -j 112 -N 8 out.nii | tr -s ' ')"
  done
done | tee said
diff said - <<'END'
RescaleSlope no, 'crbrt': slope and intercept 1 0
RescaleSlope no, 'SIEMENS': slope and intercept 1 0
RescaleSlope no, 'GE MEDICAL SYSTEMS': slope and intercept 1 0
RescaleSlope no, 'Philips Medical Systems': slope and intercept 0.5 3
RescaleSlope no, '': slope and intercept 1 0
RescaleSlope yes, 'crbrt': slope and intercept 2 7
RescaleSlope yes, 'SIEMENS': slope and intercept 2 7
RescaleSlope yes, 'GE MEDICAL SYSTEMS': slope and intercept 2 7
RescaleSlope yes, 'Philips Medical Systems': slope and intercept 2 7
RescaleSlope yes, '': slope and intercept 2 7
END
echo "as described"
