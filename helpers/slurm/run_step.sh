# Runs one step inside a SLURM job; sourced by the files in slurm/, which give it `root` and `script`.
#
# What it may be told by the environment:
#   SPYHOP_MODULES   words for `module load`, for example "nodejs/20"
#   SPYHOP_SCRATCH   folder on a disk of the node for scratch files, or "none" (default: SLURM_TMPDIR, then TMPDIR unless
#                    it is /tmp, which SLURM sets itself and which often is memory; else the data folder)
#   SPYHOP_GRACE     seconds a step has to end after a signal before it is killed (default 60)
#   SPYHOP_REPORT_DIR  set by submit.ts: where the step reports time and memory
# In the arguments, {task} stands for the number of the array task.
#
# Exit codes: those of the step (0, 1, 2), and 75 for a step ended by a signal, which may be run again as it is.

fail() {
  printf 'error: %s\nhint:  %s\n' "$1" "$2" >&2
  exit 2
}

child=
was_stopped=
# The warning before the time limit (USR1) and every other request to end (TERM) reach only this shell. Node would open its
# debugger on USR1, so it is sent TERM, which ends it at its next pause; a step deep in a computation is killed in the end.
stop_step() {
  [[ -z $was_stopped ]] || return 0
  was_stopped=1
  printf '%s: asked to end (%s)\n' "$(date -u +%FT%TZ)" "$1" >&2
  [[ -n $child ]] || exit 75
  kill -TERM "$child" 2>/dev/null || true
  (sleep "${SPYHOP_GRACE:-60}" && kill -KILL "$child" 2>/dev/null) &
  reaper=$!
}

load_modules() {
  [[ -n ${SPYHOP_MODULES:-} ]] || return 0
  type module >/dev/null 2>&1 || fail "SPYHOP_MODULES is set, but there is no module command on $(hostname)" 'unset it, or ask the site how modules are set up in batch jobs'
  local word
  for word in $SPYHOP_MODULES; do
    # The functions of module systems do not bear -e and -u.
    set +eu
    module load "$word"
    local status=$?
    set -eu
    ((status == 0)) || fail "module load $word failed on $(hostname)" 'module avail lists what there is'
  done
}

# Threads and heap follow the job: node sees neither limit by itself, and would plan with the whole machine.
limit_resources() {
  local cpus=${SLURM_CPUS_PER_TASK:-1}
  export SLURM_CPUS_PER_TASK=$cpus POLARS_MAX_THREADS=$cpus OMP_NUM_THREADS=$cpus TF_NUM_INTRAOP_THREADS=$cpus
  memory_mib=${SLURM_MEM_PER_NODE:-$((${SLURM_MEM_PER_CPU:-0} * cpus))}
  if ((memory_mib > 0)) && [[ ${NODE_OPTIONS:-} != *max-old-space-size* ]]; then
    local heap_mib=$((memory_mib * 3 / 4))
    export NODE_OPTIONS="${NODE_OPTIONS:+$NODE_OPTIONS }--max-old-space-size=$((heap_mib > 256 ? heap_mib : 256))"
  fi
}

scratch=
choose_scratch() {
  local base=${SPYHOP_SCRATCH:-${SLURM_TMPDIR:-}}
  [[ -n $base || ${TMPDIR:-/tmp} == /tmp ]] || base=$TMPDIR
  unset SPYHOP_SCRATCH
  [[ -n $base && $base != none ]] || return 0
  if scratch=$(mktemp -d "$base/spyhop-${SLURM_JOB_ID:-0}.XXXXXX" 2>/dev/null); then
    export SPYHOP_SCRATCH=$scratch
  else
    printf 'note: no scratch can be made in %s, the data folder is used\n' "$base" >&2
  fi
}

clean_up() {
  [[ -z $scratch ]] || rm -rf -- "$scratch"
  [[ -z ${reaper:-} ]] || kill "$reaper" 2>/dev/null || true
}

# The address of tsx, escaped as node wants it, whatever characters the checkout's path has.
find_loader() {
  command -v node >/dev/null || fail "there is no node on $(hostname)" 'put node 20 or newer on the PATH before sbatch, or name it in SPYHOP_MODULES'
  loader=$(node -e '
    if (Number.parseInt(process.versions.node, 10) < 20) process.exit(3);
    const found = require("module").createRequire(`${process.argv[1]}/package.json`).resolve("tsx");
    process.stdout.write(require("url").pathToFileURL(found).href);' "$root" 2>/dev/null) || {
    [[ $? != 3 ]] || fail "node $(node --version) on $(hostname) is too old" 'node 20 or newer is needed'
    fail "the packages of $root are not installed" 'run npm ci there once, on a machine with internet'
  }
}

run_step() {
  trap 'stop_step USR1' USR1
  trap 'stop_step TERM' TERM
  trap clean_up EXIT
  local task=${SLURM_ARRAY_TASK_ID:-}
  local name=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_}${task:-${SLURM_JOB_ID:-0}}
  load_modules
  limit_resources
  choose_scratch
  find_loader
  printf '%s: job %s (raw %s, restart %s) on %s, %s cpus, %s MiB\n' "$(date -u +%FT%TZ)" "$name" "${SLURM_JOB_ID:-0}" \
    "${SLURM_RESTART_COUNT:-0}" "$(hostname)/${SLURMD_NODENAME:-}" "$SLURM_CPUS_PER_TASK" "${memory_mib}" >&2
  local report=
  if [[ -n ${SPYHOP_REPORT_DIR:-} ]]; then
    report=$SPYHOP_REPORT_DIR/$name.json
    rm -f -- "$report"
    export SPYHOP_REPORT=$report
  fi
  local args=("$@")
  [[ -z $task ]] || args=("${args[@]//\{task\}/$task}")
  # In the background, because bash answers signals only while it waits.
  node --import "$loader" "$root/$script" "${args[@]}" &
  child=$!
  local code
  while :; do
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null || break
  done
  if [[ -n $was_stopped ]]; then
    ((code == 0 || code == 1 || code == 2)) || code=75
  elif ((code > 128)) && [[ -n $report && ! -e $report ]]; then
    printf '{"outcome":"failed","message":"killed by signal %s","wallMs":%s,"cpuMs":0,"peakMemoryMib":0}\n' \
      "$((code - 128))" "$((SECONDS * 1000))" >"$report"
  fi
  exit "$code"
}
