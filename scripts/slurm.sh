#!/usr/bin/env bash
# A cohort of four subjects (crbrt-bids) and the steps of a small model (crbrt-make) as job arrays of a real Slurm: munged, slurmctld and slurmd of this machine alone, in a folder of their own
# and on ports of their own, so that a Slurm that is there already is left alone. One task is cancelled before it begins and one is
# killed while it works; the table has to say so, and a second submission has to do these two and no others. Of the model's tasks one is
# killed while it works, and the second turn of its array has to do it.
#   scripts/slurm.sh [BIN]     BIN holds the programs (build/trainer/bin); logs and results land in build/slurm
# Exit 0: all is as it should be. 1: something is not. 77: the daemons cannot be started here, and the last line says why.
set -u

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
crbrt_answer_help "$@"
crbrt_expect_at_most 1 "$@"
bin=$(realpath -m -- "${1:-$crbrt_root/build/trainer/bin}")
crbrt_clean_environment
cd "$crbrt_root" || exit 1
model=$crbrt_root/models/brain_v1/brain_v1.crbm
kept=$crbrt_root/build/slurm
patience_s=120

cannot() {
  echo "skipped: $1"
  exit 77
}

failures=0
complain() {
  echo "slurm.sh: $1" >&2
  failures=$((failures + 1))
}
# expect WHAT EXPECTED FOUND
expect() {
  [ "$2" = "$3" ] || complain "$1: expected '$2', found '$3'"
}

# await WHAT COMMAND...: until the command succeeds.
await() {
  local what=$1 end=$((SECONDS + patience_s))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { complain "$what: not so within $patience_s s"; return 1; }
    sleep 0.3
  done
}

# The folder of the daemons is short-lived and short of name: munged refuses sockets below folders that others may write to, but for
# those with the sticky bit, and the path of a socket has at most 107 bytes.
daemons=()
work=""
stop_daemons() {
  local pid
  for ((i = ${#daemons[@]} - 1; i >= 0; --i)); do
    pid=${daemons[i]}
    kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  done
  [ -z "$work" ] || { mkdir -p "$kept" && cp "$work"/*.log "$kept"/ 2>/dev/null; rm -rf "$work"; }
}
trap stop_daemons EXIT

make_folder() {
  work=$(mktemp -d /tmp/crbrt-slurm.XXXXXX) && chmod 755 "$work" && mkdir "$work/state" "$work/spool"
}

# Ports that nobody listens to on this machine: the kernel's list of sockets has them in hexadecimal.
free_port() {
  local port=$1
  while grep -q "$(printf ':%04X ' "$port")" /proc/net/tcp /proc/net/tcp6 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

write_settings() {
  local host controller node
  host=$(hostname -s) controller=$(free_port 16817)
  node=$(free_port $((controller + 1)))
  cat >"$work/slurm.conf" <<END
ClusterName=crbrt
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$controller
SlurmdPort=$node
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MailProg=/bin/true
KillWait=10
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=10 State=UP
END
  export SLURM_CONF=$work/slurm.conf
}

# daemon NAME COMMAND...: stays in the foreground, so that it is a child of this script.
daemon() {
  local name=$1
  shift
  "$@" >"$work/$name-said.log" 2>&1 </dev/null &
  daemons+=($!)
}

node_is_up() { [ "$(sinfo -h -o %T)" = idle ]; }

start_slurm() {
  local program
  [ "$(id -u)" -eq 0 ] || cannot "slurmd has to be started by root"
  crbrt_install_packages slurm || cannot "Slurm's packages are not to be had"
  for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || cannot "$program is not installed"
  done
  make_folder || cannot "no folder in /tmp"
  (umask 077 && head -c 1024 /dev/urandom >"$work/munge.key")
  write_settings
  daemon munged munged --foreground --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munged.pid" \
    --log-file="$work/munged.log" --seed-file="$work/munged.seed" --num-threads=2
  await "munged" munge -n --socket="$work/munge.socket" || cannot "munged does not answer: $(tail -n 1 "$work/munged-said.log")"
  daemon slurmctld slurmctld -D
  await "slurmctld" scontrol ping || cannot "slurmctld does not answer: $(tail -n 1 "$work/slurmctld.log")"
  daemon slurmd slurmd -D
  await "slurmd" node_is_up || cannot "slurmd does not answer: $(tail -n 1 "$work/slurmd.log")"
}

# crbrt-bids takes the crbrt-map beside it: here one that keeps sub-03 waiting until the file "go" is there.
make_programs() {
  mkdir "$work/bin" && cp "$bin/crbrt-bids" "$work/bin/"
  cat >"$work/bin/crbrt-map" <<END
#!/bin/bash
case "\$*" in *sub-03*) [ -e "$work/go" ] || { echo \$\$ >"$work/waiting"; exec sleep 600; } ;; esac
exec "$bin/crbrt-map" "\$@"
END
  chmod 755 "$work/bin/crbrt-map"
}

make_cohort() {
  local subject
  mkdir "$work/study"
  echo '{"Name": "study", "BIDSVersion": "1.8.0"}' >"$work/study/dataset_description.json"
  "$bin/crbrt-phantom" tubes --model "$model" --sequence models/protocol/crbrt1142.json --size 32 --out "$work/tubes" \
    >"$work/tubes.log" 2>&1 || { tail -n 3 "$work/tubes.log" >&2; return 1; }
  for subject in 01 02 03 04; do
    mkdir -p "$work/study/sub-$subject/anat"
    cp "$work/tubes/coefficients.nii" "$work/study/sub-$subject/anat/sub-${subject}_rec-subspace_T2w.nii"
  done
}

# submit [OPTION...]: sets array and last, the numbers of both jobs. Paths are relative, as people type them.
submit() {
  local said
  said=$(cd "$work" && bin/crbrt-bids study maps participant --model "$model" --basis "$model" --slurm "$@" 2>&1) ||
    { complain "crbrt-bids --slurm: exit $?: $said"; return 1; }
  echo "$said"
  array=$(sed -n 's/^job array \([0-9]*\), then job [0-9]*$/\1/p' <<<"$said")
  last=$(sed -n 's/^job array [0-9]*, then job \([0-9]*\)$/\1/p' <<<"$said")
  [ -n "$array" ] && [ -n "$last" ] || { complain "expected the numbers of two jobs, found '$said'"; return 1; }
}

queue_is_empty() { [ -z "$(squeue -h)" ]; }
state_of() { awk -F '\t' -v who="sub-$1" '$1 == who { print $4 }' "$work/maps/subjects.tsv"; }
n_task() { sed -n 's/^#SBATCH --array=0-//p' "$work/maps/logs/crbrt-bids.sbatch"; }
maps_of() { find "$work/maps/sub-$1" -name '*_rec-subspace_T1map.nii.gz' 2>/dev/null | wc -l; }

# Held until one task is cancelled: 0 to 3 are sub-01 to sub-04.
first_submission() {
  submit --slurm-option=--hold || return 1
  expect "last number of a task" 3 "$(n_task)"
  scancel "${array}_1" || complain "scancel ${array}_1: exit $?"
  scontrol release "$array" "$last" || complain "scontrol release: exit $?"
  await "sub-03 at work" test -s "$work/waiting" || return 1
  scancel "${array}_2" || complain "scancel ${array}_2: exit $?"
  await "the first queue at its end" queue_is_empty || return 1
  kill -0 "$(cat "$work/waiting")" 2>/dev/null && complain "the crbrt-map of sub-03 outlived its job"
  expect "maps of sub-01" 1 "$(maps_of 01)"
  expect "maps of sub-02, whose task was cancelled" 0 "$(maps_of 02)"
  expect "maps of sub-03, whose task was killed" 0 "$(maps_of 03)"
  expect "maps of sub-04" 1 "$(maps_of 04)"
  expect "state of sub-02" failed "$(state_of 02)"
  expect "state of sub-03" failed "$(state_of 03)"
  expect "files that nobody finished" "" "$(find "$work/maps" -name '.*' -not -name .bidsignore)"
}

second_submission() {
  local before subject
  touch "$work/go"
  before=$(stat -c %Y.%y "$work/maps/logs/sub-01_rec-subspace.json")
  submit || return 1
  expect "last number of a task" 1 "$(n_task)"
  await "the second queue at its end" queue_is_empty || return 1
  for subject in 01 02 03 04; do
    expect "maps of sub-$subject" 1 "$(maps_of "$subject")"
    expect "state of sub-$subject" "done" "$(state_of "$subject")"
  done
  expect "time of the record of sub-01" "$before" "$(stat -c %Y.%y "$work/maps/logs/sub-01_rec-subspace.json")"
  expect "a third submission" "nothing to submit: all images are done" \
    "$(cd "$work" && bin/crbrt-bids "$work/study/" ./maps/ participant --model "$model" --basis "$model" --slurm 2>&1)"
}

# crbrt-make takes the programs beside it: here a crbrt-simulate whose second shard waits to be killed in its first turn.
make_chain() {
  local program
  mkdir "$work/chain"
  for program in crbrt-make crbrt-train crbrt-codegen crbrt-eval crbrt-report crbrt-model; do
    cp "$bin/$program" "$work/chain/" || return 1
  done
  cat >"$work/chain/crbrt-simulate" <<END
#!/bin/bash
case "\$*" in *"--shard 1/3"*) [ -e "$work/chain-waits" ] || { echo \$\$ >"$work/chain-waits"; exec sleep 600; } ;; esac
exec "$bin/crbrt-simulate" "\$@"
END
  chmod 755 "$work/chain/crbrt-simulate"
  awk 'BEGIN {
    for (k = 0; k < 60; ++k) {
      alpha = alpha (k ? "," : "") (k ? 1.6 * sin(0.07 * k) ^ 2 : 3.14159)
      trf = trf (k ? "," : "") (k ? 1e-4 + 3e-4 * sin(0.031 * k) ^ 2 : 5e-4)
    }
    print "{\"name\": \"short\", \"tr_s\": 0.0035, \"alpha_rad\": [" alpha "], \"trf_s\": [" trf "]}"
  }' >"$work/short.json"
}

chain() {
  chain/crbrt-make --sequence short.json --prior "$crbrt_root/docs/examples/prior.json" --out model --rank 9 --basis-kind svd --macs 2000 \
    --count 900 --shards 3 --epochs 2 --unseen 64 --nlls 2 "$@" 2>&1
}

# The number of the array that does the data sets.
array_of_sets() { squeue -h -r -o '%F %j' | awk '$2 == "crbrt-make-2" { print $1; exit }'; }

chain_submission() {
  local said sets
  said=$(cd "$work" && chain --slurm) || { complain "crbrt-make --slurm: exit $?: $said"; return 1; }
  echo "$said"
  sets=$(array_of_sets)
  [ -n "$sets" ] || { complain "expected an array crbrt-make-2, found none"; return 1; }
  await "the second shard at work" test -s "$work/chain-waits" || return 1
  expect "a run beside the jobs" 5 "$(cd "$work" && chain >/dev/null; echo $?)"
  scancel "${sets}_1" || complain "scancel ${sets}_1: exit $?"
  patience_s=600 await "the queue of the model at its end" queue_is_empty || return 1
  kill -0 "$(cat "$work/chain-waits")" 2>/dev/null && complain "the crbrt-simulate of the second shard outlived its job"
  for file in model.crbm model_unbiased.crbm basis.h5 basis.cfl basis.npy report.html README.md verdict.json; do
    [ -s "$work/model/$file" ] || complain "expected $file of the model, found none"
  done
  expect "a second submission" "nothing to submit: all steps are done" "$(cd "$work" && chain --slurm)"
}

for program in crbrt-bids crbrt-map crbrt-phantom; do
  [ -x "$bin/$program" ] || { echo "slurm.sh: $bin/$program: expected a program, found none" >&2; exit 1; }
done
start_slurm
if make_programs && make_cohort; then
  first_submission && second_submission
else
  complain "the cohort could not be made"
fi
mkdir -p "$kept" && cp -r "$work/maps" "$kept/" 2>/dev/null
[ "$failures" -eq 0 ] && echo "a cohort of four subjects in two submissions of a job array: all as it should be"
if [ -x "$bin/crbrt-make" ]; then
  if make_chain; then chain_submission; else complain "the chain could not be made"; fi
  [ -d "$work/model" ] && cp -r "$work/model/work" "$kept/model" 2>/dev/null
  [ "$failures" -eq 0 ] && echo "a model in job arrays, one task killed: all as it should be"
else
  echo "skipped: $bin/crbrt-make: only the trainer build has it"
fi
[ "$failures" -eq 0 ]
