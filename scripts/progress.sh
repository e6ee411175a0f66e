# Sourced by the other scripts: says what is happening, keeps the details in build/logs, and shows the end of a log
# where its command fails.

logs="$root/build/logs"

say() { printf '%s: %s\n' "$program" "$*"; }

die() {
  printf '%s: %s\n' "$program" "$*" >&2
  exit 1
}

# run_logged <name> <command>...: runs the command with its output in build/logs/<name>.log, and says every 20 s that it
# still runs and what it does. Returns the command's status.
run_logged() {
  local name="$1" started=$SECONDS status=0 shown=0 last
  shift
  mkdir -p "$logs"
  local log="$logs/$name.log"
  "$@" >"$log" 2>&1 </dev/null &
  local job=$!
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.1
    if ((SECONDS - started - shown >= 20)); then
      shown=$((SECONDS - started))
      last=$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-100)
      say "  … $name, ${shown} s: $last"
    fi
  done
  wait "$job" || status=$?
  if ((status != 0)); then
    say "$name failed with status $status; the end of build/logs/$name.log:"
    tail -n 40 "$log" | sed 's/^/    /'
  fi
  return "$status"
}
