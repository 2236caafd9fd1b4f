# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the other scripts: --help, a known environment, missing Debian packages, building a preset, timed stages.
#   crbrt_answer_help "$@"             --help prints the comment at the top of the script and ends it, before any work
#   crbrt_expect_at_most N "$@"        ends the script with 2 for an unknown option or for more than N arguments
#   crbrt_clean_environment            forget settings of the caller that would change the build or the tests
#   crbrt_install_packages build demo  install what scripts/packages-build.txt and -demo.txt list and this machine lacks
#   crbrt_npm FOLDER INTO              what the lock file in FOLDER names, with npm, into INTO/node_modules
#   crbrt_build PRESET [TARGET...]     configure and build into build/PRESET (CRBRT_CONFIGURE_ARGS: more cmake arguments)
#   crbrt_stage NAME COMMAND...        run with a heading and the time it took; keeps going, remembers failures

crbrt_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

crbrt_answer_help() {
  case "${1:-}" in
    --help | -h)
      sed -n -e 1d -e '/^# SPDX-/d' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$0"
      exit 0
      ;;
  esac
}

crbrt_expect_at_most() {
  local most=$1 argument
  shift
  for argument in "$@"; do
    case "$argument" in
      -*) echo "$(basename "$0"): expected an option of --help, found '$argument'" >&2; exit 2 ;;
    esac
  done
  [ $# -le "$most" ] || { echo "$(basename "$0"): expected at most $most arguments, found $#" >&2; exit 2; }
}

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

# crbrt_apt LOG ARGUMENTS...: apt-get as root. Another apt-get, or the system's own upgrade, may hold a lock for minutes: that is
# waited for, up to a quarter of an hour. apt's own waiting (DPkg::Lock::Timeout) knows neither the lock of the package lists nor
# that of the download folder, and says nothing.
crbrt_lock_pause_s=5
crbrt_apt() {
  local log=$1 waits=180
  shift
  while ! crbrt_as_root apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 </dev/null; do
    grep -q -e 'Could not get lock' -e 'Unable to acquire the dpkg frontend lock' "$log" && [ "$waits" -gt 0 ] ||
      { tail -n 20 "$log" >&2; return 1; }
    [ "$waits" -lt 180 ] || echo "waiting: another program is installing packages ($(sed -n 's/.*\(held by process .*\)/\1/p;T;q' "$log"))"
    waits=$((waits - 1))
    sleep "$crbrt_lock_pause_s"
  done
}

# Asks the package archive only when something is missing, so that an installed machine works offline.
crbrt_install_packages() {
  local missing log=$crbrt_root/build/packages.log
  missing=$(crbrt_missing_packages "$@" | paste -s -d ' ')
  [ -n "$missing" ] || return 0
  mkdir -p "$crbrt_root/build"
  echo "installing: $missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086  # a list of names
  crbrt_apt "$log" update && crbrt_apt "$log" install -y --no-install-recommends $missing
}

# Asks the registry only where what is there was not made of this lock file. No script of a package is run. A registry that does
# not answer is given up within a minute, one that sends on slowly after three.
crbrt_npm() {
  local from=$crbrt_root/$1 into=$crbrt_root/$2
  cmp -s "$from/package-lock.json" "$into/node_modules/crbrt-lock.json" && return 0
  command -v npm >/dev/null || crbrt_install_packages npm || return 1
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$into/"
  (cd "$into" && timeout 180 npm ci --ignore-scripts --no-audit --no-fund --omit=optional --fetch-retries=1 --fetch-timeout=15000 \
    --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000) </dev/null || { crbrt_say_why_npm "$1"; return 1; }
  cp "$from/package-lock.json" "$into/node_modules/crbrt-lock.json"
}

crbrt_say_why_npm() {
  echo "npm could not fetch the packages of $1/package-lock.json (its own words are above): expected a registry that answers \`npm ping\`." \
    "A proxy is named by HTTPS_PROXY=http://HOST:PORT; where it has a certificate of its own, name that, too:" \
    "NODE_EXTRA_CA_CERTS=/path/to/certificate.pem, or npm config set cafile /path/to/certificate.pem" >&2
}

# One compiler process per core, but no more than memory allows: a source file with LibTorch's headers takes 1 GB.
crbrt_jobs() {
  local cores memory_gb
  cores=$(nproc)
  memory_gb=$(($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1200000))
  [ "$memory_gb" -ge 1 ] || memory_gb=1
  echo $((cores < memory_gb ? cores : memory_gb))
}

# What ninja prints (in the form of crbrt_build) as progress: steps done, steps in all, and the time that the rest will take if it
# goes on as so far. One line that is redrawn on a terminal, else a line every ten seconds, also while one file takes long.
crbrt_show_progress() {
  local line finished=0 total=0 text next=0 pause=10 start=$SECONDS elapsed outcome
  [ ! -t 1 ] || pause=1
  while true; do
    IFS= read -r -t "$pause" line
    outcome=$?
    [ "$outcome" -eq 0 ] || [ "$outcome" -gt 128 ] || break
    [[ $line =~ ^\[([0-9]+)\ of\ ([0-9]+)\] ]] && finished=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    elapsed=$((SECONDS - start))
    [ "$total" -gt 0 ] && [ "$elapsed" -ge "$next" ] || continue
    next=$((elapsed + pause))
    text=$(crbrt_progress_text "$finished" "$total" "$elapsed")
    if [ -t 1 ]; then printf '\r   %s\033[K' "$text"; else echo "   $text"; fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

# crbrt_progress_text FINISHED TOTAL ELAPSED: the first seconds say too little for an estimate.
crbrt_progress_text() {
  local text="$1 of $2 steps"
  [ "$3" -lt 5 ] || [ "$1" -eq 0 ] || text+=", about $(crbrt_duration $(($3 * ($2 - $1) / $1))) left"
  echo "$text"
}

crbrt_duration() {
  if [ "$1" -lt 90 ]; then echo "$1 s"; else echo "$((($1 + 30) / 60)) min"; fi
}

# Compiler messages stay in the log unless the build fails. ccache is used where it is installed; CCACHE_SLOPPINESS is what it
# needs to know about precompiled headers.
crbrt_build() {
  local preset=$1 log
  shift
  log="$crbrt_root/build/$preset.log"
  mkdir -p "$crbrt_root/build"
  # shellcheck disable=SC2046,SC2086  # lists of arguments
  (cd "$crbrt_root" && cmake --preset "$preset" $(crbrt_ccache) ${CRBRT_CONFIGURE_ARGS:-}) >"$log" 2>&1 </dev/null ||
    { tail -n 40 "$log" >&2; return 1; }
  (
    set +e +o pipefail
    NINJA_STATUS='[%f of %t] ' CCACHE_SLOPPINESS=pch_defines,time_macros \
      cmake --build "$crbrt_root/build/$preset" -j "$(crbrt_jobs)" ${1:+--target} "$@" 2>&1 </dev/null |
      tee "$log" | crbrt_show_progress
    exit "${PIPESTATUS[0]}"
  ) || { grep -A 30 -m 1 -e '^FAILED' "$log" >&2 || tail -n 40 "$log" >&2; return 1; }
}

crbrt_ccache() {
  local launcher
  ! command -v ccache >/dev/null || for launcher in C CXX; do echo "-DCMAKE_${launcher}_COMPILER_LAUNCHER=ccache"; done
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
