# Stages: sourced by .ci/run, which sets work, clone, logs and total_budget.
# shellcheck shell=bash disable=SC2154

# How the stages' own commands mark what is not as it should be.
wrong='^(MISS|NOT |FAILED|ERROR|DENIED|E  )|figure\(s\) missed|^make: | ! '
lanes=() # process ids of the subshells that run stages beside each other

# stage NAME BUDGET COMMAND...: one line when it passes, its log's end when it does not.
# Status 77 means that it cannot run here; the last line of its output says why.
stage() {
  local name=$1 budget=$(($2 * ${PATIENCE:-1})) began=$SECONDS status=0 used
  local log=$logs/$name.log
  shift 2
  # A function of this script needs a shell of its own under timeout.
  if [ "$(type -t "$1")" = function ]; then
    local body
    body=$(declare -f "$1"; declare -p make python python313 timed)
    set -- bash -euo pipefail -c "$body"$'\n'"$1"
  fi
  timeout --kill-after=20 "$budget" "$@" >"$log" 2>&1 </dev/null || status=$?
  used=$((SECONDS - began))
  case $status in
    0) line ok "$name" "$used" "$budget" "" ;;
    77) not_run "$name" "$(tail -n 1 "$log")"; return ;;
    124 | 137) line FAILED "$name" "$used" "$budget" "over its budget" ;;
    *) line FAILED "$name" "$used" "$budget" "status $status" ;;
  esac
  echo "$status" >"$work/results/$name"
  if [ "$status" -ne 0 ]; then
    {
      echo "---- the end of $log"
      tail -n 60 "$log"
      echo "---- what it says went wrong"
      grep -E "$wrong" "$log" | tail -n 40
      echo "----"
    } | cat
  fi
}

line() {
  printf '%-7s %-14s %4d s of %4d s  %s\n' "$1" "$2" "$3" "$4" "$5"
}

not_run() {
  printf '%-7s %-14s %s\n' "-" "$1" "$2"
  echo "$1 ($2)" >>"$work/not-run"
  echo 0 >"$work/results/$1"
}

# await FILE... unless STAGE: until every FILE exists, or STAGE is over without them.
await() {
  local file
  while [ "$1" != unless ]; do
    file=$1
    until [ -e "$file" ] || [ -e "$work/results/${!#}" ]; do sleep 0.5; done
    shift
  done
}

# need FILE...: whether every FILE exists; if not, says that the lane ends here.
need() {
  local file
  for file in "$@"; do
    if [ ! -e "$file" ]; then
      printf '%-7s %-14s %s\n' FAILED "${FUNCNAME[1]}" "ends here, without $(dirname "$file")"
      echo 1 >"$work/results/${FUNCNAME[1]}"
      return 1
    fi
  done
}

# side_by_side LANE...: runs the functions named, each in a subshell of its own.
side_by_side() {
  local lane
  for lane in "$@"; do
    "$lane" &
    lanes+=("$!")
  done
  for lane in "${lanes[@]}"; do
    wait "$lane" || echo 1 >"$work/results/lane-$lane"
  done
  lanes=()
}

closing_line() {
  local failed left skipped=nothing name
  grep -hE '^=+ .*(passed|failed|error).* =+$' "$logs/test.log" | tail -n 1 || true
  left=$(survivors)
  if [ -n "$left" ]; then
    echo "left running by a stage:"
    # shellcheck disable=SC2086
    ps -o pid,args -p "$(echo $left | tr ' ' ,)" || true
    echo 1 >"$work/results/left-running"
  fi
  failed=""
  for name in "$work"/results/*; do
    [ "$(cat "$name")" = 0 ] || failed="$failed $(basename "$name")"
  done
  [ "$SECONDS" -le "$total_budget" ] || failed="$failed total-time"
  if [ -n "$failed" ]; then echo "FAILED:$failed"; else echo "passed"; fi
  echo "$SECONDS s (target $total_target s, budget $total_budget s); logs and figures in $logs"
  [ ! -e "$work/not-run" ] || skipped=$(paste -sd ';' "$work/not-run" | sed 's/;/; /g')
  echo "not run: $skipped"
  [ -z "$failed" ]
}

# The processes of this run, other than this shell and the ones it asks with.
survivors() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    pid=${file#/proc/}
    pid=${pid%/environ}
    [ "$pid" != "$$" ] && [ "$pid" != "$BASHPID" ] || continue
    if tr '\0' '\n' 2>/dev/null <"$file" | grep -qxF "SEALWARD_CI=$SEALWARD_CI"; then
      [ "$(awk '{print $4}' "/proc/$pid/stat" 2>/dev/null)" = "$BASHPID" ] || echo "$pid"
    fi
  done 2>/dev/null
}

end_everything() {
  local status=$? pid signal
  trap - EXIT INT TERM
  # The lanes first, lest they begin another stage.
  if [ "${#lanes[@]}" -gt 0 ]; then
    { kill -KILL "${lanes[@]}"; wait "${lanes[@]}"; } 2>/dev/null || true
  fi
  for signal in TERM KILL; do
    for pid in $(survivors); do kill "-$signal" "$pid" 2>/dev/null || true; done
    for _ in $(seq 20); do
      [ -n "$(survivors)" ] || break
      sleep 0.2
    done
  done
  mkdir -p "$logs"
  cp "$clone"/build/*.json "$logs/" 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
