#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Behaviour: nifti_image_write() of libnifti2 3.0.1 leaves a file of voxels without any header where nifti_type is
#   NIFTI_FTYPE_NIFTI2_1, and says nothing; and nifti_image_read() gives a single NIfTI-2 file the nifti_type of NIfTI-1, so that
#   what was NIfTI-2 is written as NIfTI-1 again.
# Wrong guess: the constant that nifti2_io.h calls NIfTI-2 in one file is how one asks for such a file, and what one gets back for it.
# Who is hurt: whoever writes NIfTI-2 with the reference library: the voxels are kept, size, type and geometry are lost for good.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Of Debian 12, from the archive that this machine uses.
archive=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
mkdir -p apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive bookworm main" >apt/sources.list
options=(-q -o "Dir::Etc::sourcelist=$folder/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/apt/lists"
  -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update >/dev/null
for package in libnifti2-dev libnifti2-2 libznz-dev libznz3 libniftiio-dev; do
  apt-get "${options[@]}" download "$package=3.0.1-9" >/dev/null
  dpkg-deb -x "$package"_*.deb root
done

cat >images.c <<'C'
#include <nifti2_io.h>
#include <stdio.h>
#include <string.h>

/* What the first four bytes say, which are the size of the header: 348 in NIfTI-1, 540 in NIfTI-2. */
static void show(const char* what, const char* name) {
  FILE* file = fopen(name, "rb");
  int32_t first = 0;
  if (fread(&first, sizeof first, 1, file) != 1) first = -1;
  fseek(file, 0, SEEK_END);
  printf("%s: %ld bytes, size of the header %d\n", what, ftell(file), (int)first);
  fclose(file);
}

int main(void) {
  const int64_t eight_voxels[8] = {3, 2, 2, 2, 1, 1, 1, 1};
  nifti_image* image = nifti_make_new_nim(eight_voxels, NIFTI_TYPE_FLOAT32, 1);
  nifti_set_filenames(image, "first.nii", 0, 1);
  nifti_image_write(image);
  show("written as NIfTI-1", "first.nii");
  nifti_set_filenames(image, "second.nii", 0, 1);
  image->nifti_type = NIFTI_FTYPE_NIFTI2_1;
  nifti_set_iname_offset(image, 2);
  nifti_image_write(image);
  show("written as NIfTI-2", "second.nii");

  nifti_2_header* header = nifti_make_new_n2_header(eight_voxels, NIFTI_TYPE_FLOAT32);
  memcpy(header->magic, "n+2\0\r\n\032\n", 8);
  header->vox_offset = 544;
  const char voxels[4 + 8 * sizeof(float)] = {0};
  FILE* file = fopen("third.nii", "wb");
  fwrite(header, sizeof *header, 1, file);
  fwrite(voxels, sizeof voxels, 1, file);
  fclose(file);
  show("a NIfTI-2 file made by hand", "third.nii");
  image = nifti_image_read("third.nii", 1);
  printf("read from it: nifti_type %d (NIFTI_FTYPE_NIFTI1_1 is %d, NIFTI_FTYPE_NIFTI2_1 is %d)\n", image->nifti_type,
         NIFTI_FTYPE_NIFTI1_1, NIFTI_FTYPE_NIFTI2_1);
  nifti_set_filenames(image, "fourth.nii", 0, 1);
  nifti_image_write(image);
  show("written again", "fourth.nii");
  return 0;
}
C
libraries=root/usr/lib/$(gcc -print-multiarch)
gcc images.c -o images -I root/usr/include/nifti "$libraries/libnifti2.a" "$libraries/libznz.a" -lz -lm
seen=$(./images 2>&1)
echo "libnifti2 3.0.1-9"
echo "$seen"
expected='written as NIfTI-1: 384 bytes, size of the header 348
written as NIfTI-2: 32 bytes, size of the header 0
a NIfTI-2 file made by hand: 576 bytes, size of the header 540
read from it: nifti_type 1 (NIFTI_FTYPE_NIFTI1_1 is 1, NIFTI_FTYPE_NIFTI2_1 is 4)
written again: 384 bytes, size of the header 348'
[ "$seen" = "$expected" ] || { echo "this has changed"; exit 1; }
