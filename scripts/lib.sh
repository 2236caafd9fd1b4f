# Sourced by demo.sh and test.sh: a known environment, missing Debian packages, building a preset, timed stages.
#   crbrt_clean_environment            forget settings of the caller that would change the build or the tests
#   crbrt_install_packages build demo  install what scripts/packages-build.txt and -demo.txt list and this machine lacks
#   crbrt_build PRESET [TARGET...]     configure and build into build/PRESET (CRBRT_CONFIGURE_ARGS: more cmake arguments)
#   crbrt_stage NAME COMMAND...        run with a heading and the time it took; keeps going, remembers failures

crbrt_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Compilers come from the presets and libraries from Debian. An active conda environment, CUDA paths, a GTEST_FILTER
# left over in the shell and the like would otherwise decide what is built and what is tested.
crbrt_clean_environment() {
  unset CC CXX CPP CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LIBRARY_PATH LD_LIBRARY_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH
  unset PKG_CONFIG_PATH PKG_CONFIG_LIBDIR CMAKE_PREFIX_PATH CMAKE_GENERATOR CMAKE_BUILD_TYPE CMAKE_TOOLCHAIN_FILE DESTDIR
  unset HDF5_ROOT Torch_DIR Eigen3_DIR Ceres_DIR CONDA_PREFIX
  unset GTEST_FILTER GTEST_REPEAT GTEST_SHUFFLE GTEST_TOTAL_SHARDS GTEST_SHARD_INDEX GTEST_OUTPUT GTEST_COLOR
  unset QEMU_CPU QEMU_LD_PREFIX EM_CONFIG EM_CACHE EMCC_CFLAGS NODE_PATH NODE_OPTIONS
  unset CTEST_OUTPUT_ON_FAILURE CTEST_PARALLEL_LEVEL CMAKE_BUILD_PARALLEL_LEVEL NINJA_STATUS MAKEFLAGS POSIXLY_CORRECT
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
}

# Names in the lists: scripts/packages-NAME.txt, reasons stripped.
crbrt_list_packages() {
  local list
  for list in "$@"; do
    sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$crbrt_root/scripts/packages-$list.txt"
  done
}

crbrt_missing_packages() {
  local package
  for package in $(crbrt_list_packages "$@"); do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed$' || echo "$package"
  done
}

crbrt_as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo --preserve-env=DEBIAN_FRONTEND "$@"
  else
    echo "need root or sudo to install packages: $*" >&2
    return 1
  fi
}

# Asks the package archive only when something is missing, so that an installed machine works offline.
crbrt_install_packages() {
  local missing
  missing=$(crbrt_missing_packages "$@")
  [ -n "$missing" ] || return 0
  mkdir -p "$crbrt_root/build"
  echo "installing:" $missing
  export DEBIAN_FRONTEND=noninteractive
  { crbrt_as_root apt-get update -q -o Acquire::Retries=3 &&
    crbrt_as_root apt-get install -q -y --no-install-recommends -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 $missing; } \
    >"$crbrt_root/build/packages.log" 2>&1 </dev/null || { tail -n 20 "$crbrt_root/build/packages.log" >&2; return 1; }
}

# One compiler process per core, but no more than memory allows: a source file with LibTorch's headers takes 1 GB.
crbrt_jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1200000))
  [ "$memory_gb" -ge 1 ] || memory_gb=1
  echo $((cores < memory_gb ? cores : memory_gb))
}

# Sources stay quiet unless they fail: the log of the step is shown then.
crbrt_build() {
  local preset=$1 log
  shift
  log="$crbrt_root/build/$preset.log"
  mkdir -p "$crbrt_root/build"
  # shellcheck disable=SC2086  # a list of arguments
  (cd "$crbrt_root" && cmake --preset "$preset" ${CRBRT_CONFIGURE_ARGS:-}) >"$log" 2>&1 </dev/null ||
    { tail -n 40 "$log" >&2; return 1; }
  cmake --build "$crbrt_root/build/$preset" -j "$(crbrt_jobs)" ${1:+--target} "$@" >"$log" 2>&1 </dev/null ||
    { grep -A 30 -m 1 -e '^FAILED' "$log" >&2 || tail -n 40 "$log" >&2; return 1; }
}

crbrt_stage_report=""
crbrt_stage_failures=0

crbrt_stage() {
  local name=$1 start=$SECONDS outcome=ok
  shift
  printf '\n== %s\n' "$name"
  "$@" || { outcome=FAILED; crbrt_stage_failures=$((crbrt_stage_failures + 1)); }
  local took=$((SECONDS - start))
  printf -- '-- %s: %s in %d s\n' "$name" "$outcome" "$took"
  crbrt_stage_report+=$(printf '%6d s  %-6s  %s' "$took" "$outcome" "$name")$'\n'
  [ "$outcome" = ok ]
}
