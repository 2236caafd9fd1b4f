#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A cohort of four subjects (crbrt-bids) and the steps of a small model (crbrt-make) as job arrays of a real Slurm: munged, slurmctld and
# slurmd of this machine alone, in a folder of their own and on ports of their own, so that a Slurm that is there already is left alone. One task is cancelled before it begins and one is
# killed while it works; the table has to say so, and a second submission has to do these two and no others. Of the model's tasks one is
# killed while it works, and the second turn of its array has to do it. Of a second model's tasks one is killed in both turns and one
# ends with exit code 0 and without its file: the last job has to name both.
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

# outlives WHAT FILE: the process whose number the file has is still at work. One that has ended keeps its number until its parent, or
# process 1 for one without, has asked for its exit code, which takes seconds in some containers: by then it has no command line, and
# neither is one that has got the number since among the programs of this script.
outlives() {
  grep -q -F "$work" "/proc/$(cat "$2")/cmdline" 2>/dev/null && complain "the $1 outlived its job"
}

# crbrt-bids takes the crbrt-map beside it: here one that keeps sub-03 waiting until the file "go" is there.
make_programs() {
  mkdir "$work/bin" && cp "$bin/crbrt-bids" "$work/bin/"
  cat >"$work/bin/crbrt-map" <<END
#!/bin/bash
case "\$*" in *sub-03*) [ -e "$work/go" ] || { echo \$\$ >"$work/waiting"; exec -a "$work/waits" sleep 600; } ;; esac
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
  outlives "crbrt-map of sub-03" "$work/waiting"
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

# crbrt-make takes the programs beside it: here a crbrt-simulate whose second shard waits to be killed in its first turn. Where the file
# "chain-breaks" is there, that shard kills itself, and the unseen set ends as if it were made.
make_chain() {
  local program
  mkdir "$work/chain"
  for program in crbrt-make crbrt-train crbrt-codegen crbrt-eval crbrt-report crbrt-model; do
    cp "$bin/$program" "$work/chain/" || return 1
  done
  cat >"$work/chain/crbrt-simulate" <<END
#!/bin/bash
echo "\$*" >>"$work/chain-runs"
if [ -e "$work/chain-breaks" ]; then
  case "\$*" in *"--shard 1/3"*) kill -KILL \$\$ ;; *work/unseen.h5*) exit 0 ;; esac
else
  case "\$*" in *"--shard 1/3"*) [ -e "$work/chain-waits" ] || { echo \$\$ >"$work/chain-waits"; exec -a "$work/waits" sleep 600; } ;; esac
fi
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

# chain OUT [OPTION...]
chain() {
  local out=$1
  shift
  (cd "$work" && chain/crbrt-make --sequence short.json --prior "$crbrt_root/docs/examples/prior.json" --out "$out" --rank 9 \
    --basis-kind svd --macs 2000 --count 900 --shards 3 --epochs 2 --unseen 64 --nlls 2 "$@" 2>&1)
}

# submit_chain OUT [OPTION...]: sets sets and last, the numbers of the first array of data sets and of the last job.
submit_chain() {
  local said
  said=$(chain "$@" --slurm) || { complain "crbrt-make --slurm: exit $?: $said"; return 1; }
  echo "$said"
  sets=$(squeue -h -r -o '%F %j' | awk '$2 == "crbrt-make-2" { print $1; exit }')
  last=$(sed -n 's/^job array .*, then job array \([0-9]*\)$/\1/p' <<<"$said")
  [ -n "$sets" ] && [ -n "$last" ] || { complain "expected an array crbrt-make-2 and a last job, found '$sets' and '$last'"; return 1; }
}

# runs_of_shard K: how often it was begun.
runs_of_shard() { grep -c -e "--shard $1/3" "$work/chain-runs"; }
# threads_of OUT: what Slurm gave the task of the first shard.
threads_of() { sed -n 's/^crbrt-make ran: .* --threads \([0-9]*\).*$/\1/p' "$work/$1/work/logs/train-0.log"; }
# State, reason and number of all jobs behind those of the data sets that begin before these have ended.
too_early() { squeue -h -r -o '%T %r %F %j' | awk '$4 != "crbrt-make-2" && !($1 == "PENDING" && $2 == "Dependency")'; }

chain_submission() {
  local file again
  submit_chain model || return 1
  await "the second shard at work" test -s "$work/chain-waits" || return 1
  expect "jobs that do not wait for the data sets" "" "$(too_early)"
  expect "a run beside the jobs" 5 "$(chain model >/dev/null; echo $?)"
  scancel "${sets}_1" || complain "scancel ${sets}_1: exit $?"
  patience_s=600 await "the queue of the model at its end" queue_is_empty || return 1
  outlives "crbrt-simulate of the second shard" "$work/chain-waits"
  expect "runs of the shard that was killed" 2 "$(runs_of_shard 1)"
  expect "runs of the shard before it" 1 "$(runs_of_shard 0)"
  again=$(cat "$work"/model/work/logs/crbrt-make-2-again-*_0.out)
  expect "second turn of the shard before it" "training set, part 1 of 3: done before" "$again"
  expect "threads of a task of one core" 1 "$(threads_of model)"
  for file in model.crbm model_unbiased.crbm basis.h5 basis.cfl basis.npy report.html README.md verdict.json; do
    [ -s "$work/model/$file" ] || complain "expected $file of the model, found none"
  done
  expect "a second submission" "nothing to submit: all steps are done" "$(chain model --slurm | tail -n 1)"
}

broken_submission() {
  local said
  : >"$work/chain-runs"
  touch "$work/chain-breaks"
  submit_chain broken --slurm-option=--cpus-per-task=2 || return 1
  patience_s=600 await "the queue of the second model at its end" queue_is_empty || return 1
  expect "runs of the shard that was killed twice" 2 "$(runs_of_shard 1)"
  expect "runs of the unseen set that ended without its file" 2 "$(grep -c work/unseen.h5 "$work/chain-runs")"
  expect "threads of a task of two cores" 2 "$(threads_of broken)"
  said=$(sed -n 's/^crbrt-make: \(not done: .*\); .* has the lines of each.*$/\1/p' "$work"/broken/work/logs/crbrt-make-last-*.out)
  expect "what the last job says" "not done: train-1 (it was not done to its end), unseen (it was not done to its end), \
and what needs them: 10 steps" "$said"
  expect "exit code of the last job" 8 "$(scontrol show job "$last" | sed -n 's/^.* ExitCode=\([0-9]*\):.*$/\1/p')"
  expect "what a chain that has ended so has made" basis.h5 "$(find "$work/broken" -maxdepth 1 -type f -printf '%f')"
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
rm -rf "$kept" && mkdir -p "$kept" && cp -r "$work/maps" "$kept/" 2>/dev/null
[ "$failures" -eq 0 ] && echo "a cohort of four subjects in two submissions of a job array: all as it should be"
if [ -x "$bin/crbrt-make" ]; then
  if make_chain; then chain_submission && broken_submission; else complain "the chain could not be made"; fi
  for out in model broken; do
    [ -d "$work/$out/work" ] && cp -r "$work/$out/work" "$kept/$out" 2>/dev/null
  done
  [ "$failures" -eq 0 ] && echo "a model in job arrays, one task killed, and one in which two tasks fail twice: all as it should be"
else
  echo "skipped: $bin/crbrt-make: only the trainer build has it"
fi
[ "$failures" -eq 0 ]
