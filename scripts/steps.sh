# Sourced by ./test: one function a step. Each leaves what it found in build/results, where scripts/tally counts it:
# JUnit files of GoogleTest and pytest, and <step>.checks with a line "pass <name>" or "fail <name>" for the rest.

results=build/results

# check <step> <name> <command>...: one check that passes or fails by its status.
check() {
  local step="$1" name="$2"
  shift 2
  if "$@"; then
    echo "pass $name" >>"$results/$step.checks"
  else
    echo "fail $name" >>"$results/$step.checks"
    return 1
  fi
}

sources() { find src bench -name '*.[ch]pp' | sort; }

formatted() { sources | xargs clang-format-14 --dry-run -Werror; }

shell_scripts() { grep -rlE '^#!/usr/bin/env bash' run test .ci scripts bench examples 2>/dev/null; }

shell_parses() {
  local script status=0
  for script in $(shell_scripts) scripts/*.sh; do bash -n "$script" || status=1; done
  return $status
}

# The rule on sizes: a file that outgrows 20 KB is two files. The demo's script is built from many (clients/demo).
small_files() {
  local large
  large="$(find src bench tests clients examples docs scripts \
    \( -name node_modules -o -path 'clients/*/dist' -o -path 'clients/*/docs' -o -path 'clients/*/coverage' \
    -o -path 'clients/*/reports' -o -name .stryker-tmp \) -prune -o \
    -type f -size +20k ! -path src/api/demo/demo.js -regextype posix-extended \
    -regex '.*\.([ch]pp|py|md|sh|[jt]sx?|css|html)' -print)" || return 1
  if [ -n "$large" ]; then
    printf 'these files are larger than 20 KB:\n%s\n' "$large"
    return 1
  fi
}

# Nothing else builds them: without this they would fall behind what they measure.
benchmarks_compile() {
  { find src -name '*_benchmark.cpp'; find bench -name '*.cpp'; } | xargs -P "$(nproc)" -I{} c++ -std=c++20 -fsyntax-only -Wall -Wextra -Isrc -Ibench {}
}

step_lint() {
  local status=0
  check lint clang-format run_logged clang-format formatted || status=1
  check lint "shell scripts parse" run_logged shell-syntax shell_parses || status=1
  check lint "no file above 20 KB" run_logged file-sizes small_files || status=1
  check lint "the page of figures is what they make of it" run_logged performance-page python3 bench/plot --check || status=1
  check lint "benchmarks compile" run_logged benchmarks-compile benchmarks_compile || status=1
  return $status
}

step_tidy() {
  scripts/build checked || { check tidy clang-tidy false; return 1; }
  check tidy clang-tidy run_logged clang-tidy scripts/tidy
}

# run_units <preset> <room>...: the rooms' unit tests, every binary there is where none is named.
run_units() {
  local preset="$1" binary room status=0
  shift
  local binaries=()
  if (($#)); then
    for room in "$@"; do binaries+=("build/$preset/src/$room/${room}_tests"); done
  else
    binaries=(build/"$preset"/src/*/*_tests)
  fi
  for binary in "${binaries[@]}"; do
    room="$(basename "$binary")"
    if run_logged "$preset-$room" "$binary" --gtest_brief=1 "--gtest_output=xml:$results/$preset-$room.xml"; then
      say "  $preset $room: $(tail -n 1 "$logs/$preset-$room.log")"
    else
      status=1
      # A crash leaves no report of its own.
      if [ ! -s "$results/$preset-$room.xml" ]; then echo "fail $room ($preset) ends" >>"$results/units.checks"; fi
    fi
  done
  return $status
}

# run_pytest <name> <binary> <folder> [<pytest argument>...]: a folder's tests against one build of the hub.
run_pytest() {
  local name="$1" binary="$2" folder="$3"
  shift 3
  if TIDINGS_BINARY="$root/$binary" run_logged "$name" build/venv/bin/python -m pytest "$folder" -q \
    -p no:cacheprovider "--junitxml=$results/$name.xml" "$@"; then
    say "  $name: $(tail -n 1 "$logs/$name.log")"
  else
    if [ ! -s "$results/$name.xml" ]; then echo "fail $name ends" >>"$results/integration.checks"; fi
    return 1
  fi
}

step_unit() {
  check unit "checked preset builds" scripts/build checked || return 1
  find build/checked -name '*.gcda' -delete
  run_units checked
}

step_integration() {
  check integration "checked preset builds" scripts/build checked || return 1
  TIDINGS_TEST_SCALE="${TIDINGS_TEST_SCALE:-0.1}" run_pytest integration build/checked/tidings tests -m "not release"
}

# The binary that ships, at full scale, and what only it can show: figures of time and memory.
step_release() {
  check release "release preset builds" scripts/build release tidings || return 1
  run_pytest integration-release build/release/tidings tests
}

# Three hubs on one Redis, and faults. $cluster_long and $cluster_seed come from the command line.
step_cluster() {
  check cluster "release preset builds" scripts/build release tidings || return 1
  local status=0
  TIDINGS_CLUSTER_LONG="$cluster_long" TIDINGS_CLUSTER_SEED="$cluster_seed" \
    run_pytest cluster build/release/tidings tests/cluster || status=1
  grep -E '^(seed|deliveries|lost|[0-9]+ (hubs killed|sessions)) ' "$logs/cluster.log" | uniq | sed 's/^/    /'
  return $status
}

step_tsan() {
  check tsan "tsan preset builds" scripts/build tsan net_tests store_tests events_tests || return 1
  run_units tsan net store events
}

# fuzz_one <binary> <seconds>: its findings go to build/fuzz-findings, what it learns to build/fuzz-corpus.
fuzz_one() {
  local binary="$1" seconds="$2" name room
  name="$(basename "$binary")"
  room="$(basename "$(dirname "$binary")")"
  mkdir -p "build/fuzz-corpus/$name" build/fuzz-findings
  local corpus=("build/fuzz-corpus/$name")
  if [ -d "src/$room/corpus/$name" ]; then corpus+=("src/$room/corpus/$name"); fi
  "$binary" "${corpus[@]}" "-max_total_time=$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=65536 \
    "-artifact_prefix=build/fuzz-findings/$name-"
}

step_fuzz() {
  local binary name status=0
  check fuzz "fuzz preset builds" scripts/build fuzz fuzzers || return 1
  local running=() names=()
  # One a core at a time.
  for binary in $(find build/fuzz/src -maxdepth 2 -type f -executable -name '*_fuzz' | sort); do
    name="$(basename "$binary")"
    say "  fuzzing $name for $fuzz_seconds s"
    fuzz_one "$binary" "$fuzz_seconds" >"$logs/fuzz-$name.log" 2>&1 &
    running+=($!)
    names+=("$name")
    if ((${#running[@]} >= $(nproc))); then
      finish_fuzzers || status=1
    fi
  done
  finish_fuzzers || status=1
  return $status
}

# Waits for the fuzzers in `running`, whose names are in `names`.
finish_fuzzers() {
  local i status=0
  for i in "${!running[@]}"; do
    if wait "${running[$i]}"; then
      echo "pass ${names[$i]}" >>"$results/fuzz.checks"
    else
      echo "fail ${names[$i]}" >>"$results/fuzz.checks"
      say "${names[$i]} found something; the end of build/logs/fuzz-${names[$i]}.log:"
      tail -n 30 "$logs/fuzz-${names[$i]}.log" | sed 's/^/    /'
      status=1
    fi
  done
  running=()
  names=()
  return $status
}

step_coverage() {
  mkdir -p build/coverage-report
  run_logged gcovr gcovr -r . --object-directory build/checked --filter src/ \
    --exclude '.*_(test|benchmark|fuzz)\.cpp' --exclude '.*_fake.*\.hpp' --exclude '.*/testing/.*' \
    --json build/coverage-report/lines.json build/checked || { check coverage gcovr false; return 1; }
  build/venv/bin/python scripts/coverage build/coverage-report/lines.json "$results/coverage.checks"
}

step_bench() {
  check bench "release preset builds" scripts/build release || return 1
  check bench "bench/run" bench/run
}
