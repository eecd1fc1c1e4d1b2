#!/usr/bin/env bash
# Has a sweep of 64 runs made by Slurm: starts a cluster of one node on the loopback interface, submits the script that
# `sweep --emit slurm` prints, twice, and compares the merged table with that of this machine alone.
# The program is $BALLOONSIM. Needs slurmctld, slurmd, munge, and root or sudo for the daemons.
set -euo pipefail
cd "$(dirname "$0")/.."
export BALLOONSIM=${BALLOONSIM:?names the program}
PATH=$PATH:/usr/sbin:/sbin
repository=$PWD
place=$(mktemp -d)
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --preserve-env=SLURM_CONF "$@"; fi; }
own_munge=""

# Ends the daemons that were started here, and shows their logs if something went wrong.
finish() {
  status=$?
  set +e
  for daemon in slurmd slurmctld; do
    if [ -s "$place/$daemon.pid" ]; then
      pid=$(cat "$place/$daemon.pid")
      as_root kill "$pid"
      for _ in $(seq 50); do as_root kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    fi
  done
  if [ -n "$own_munge" ]; then as_root kill "$(as_root cat /run/munge/munged.pid)"; fi
  if [ $status != 0 ]; then tail -n 30 "$place"/log/* "$place"/work/*.log >&2; fi
  as_root rm -rf "$place"
  exit $status
}
trap finish EXIT

# Waits until a command succeeds, at most so many seconds.
await() {
  local seconds=$1 what=$2
  shift 2
  for _ in $(seq $((seconds * 5))); do "$@" && return; sleep 0.2; done
  echo "after $seconds s: not $what" >&2
  return 1
}

works() { munge -n 2>/dev/null | unmunge >/dev/null 2>&1; }
if ! works; then
  as_root install -d -o munge -g munge -m 0755 /run/munge
  as_root install -d -o munge -g munge -m 0700 /var/log/munge /var/lib/munge
  own_munge=yes
  as_root runuser -u munge -- munged
  await 10 "a credential by munge" works
fi

mkdir -p "$place"/{state,spool,log,work}
read -r control node < <(python3 -c '
import socket
ends = [socket.socket() for _ in range(2)]
for end in ends: end.bind(("127.0.0.1", 0))
print(*(end.getsockname()[1] for end in ends))')
# Processes are found by /proc and not bound to processors, so that no cgroups are needed.
cat >"$place/slurm.conf" <<END
ClusterName=one
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
SlurmctldPort=$control
SlurmdPort=$node
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/log/slurmctld.log
SlurmdLogFile=$place/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1
MpiDefault=none
ReturnToService=2
MinJobAge=600
NodeName=one NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=one Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$place/slurm.conf
as_root slurmctld
as_root slurmd -N one
idle() { [ "$(sinfo -h -o %T 2>/dev/null)" = idle ]; }
await 60 "an idle node" idle

cd "$place/work"
sweep=("$repository/Scenarios/compile.yaml" --record metrics
  --vary selfballoon_downhysteresis=1..8 --vary selfballoon_uphysteresis=1..8)
"$BALLOONSIM" sweep "${sweep[@]}" --db alone.sqlite --quiet
"$BALLOONSIM" sweep "${sweep[@]}" --db cluster.sqlite --emit slurm --shards 8 >submit.sh

empty() { [ -z "$(squeue -h)" ]; }
submit() {
  rm -f balloonsim-*.log
  bash submit.sh
  await 300 "the end of all jobs" empty
  scontrol --oneliner show jobs | grep -v 'JobState=COMPLETED' && { echo "jobs failed" >&2; exit 1; }
  [ "$(cat balloonsim-*_*.log | grep -c "sweep 1: $1, 0 failed")" = 8 ] || { echo "not 8 times $1" >&2; exit 1; }
}
# The number of a run tells in what order they were made, nothing else may differ.
table() { "$BALLOONSIM" export --sweep last --db "$1" | cut -d, -f1,2,4-; }
submit "8 computed, 0 reused"
diff <(table alone.sqlite) <(table cluster.sqlite)
submit "0 computed, 8 reused"
diff <(table alone.sqlite) <(table cluster.sqlite)
rows=$(($(table cluster.sqlite | wc -l) - 1))
[ "$rows" = 64 ] || { echo "$rows rows instead of 64" >&2; exit 1; }
"$BALLOONSIM" db check --db cluster.sqlite
echo "64 runs by 8 array tasks equal those of one machine"
