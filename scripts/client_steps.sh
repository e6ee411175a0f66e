# Sourced by ./test: the steps of the packages in clients/ and of the page built on them. See steps.sh.

# npm_run <folder> <script>...: runs a script of that folder's package.json.
npm_run() (
  cd "$1"
  shift
  npm run --silent "$@"
)

# The figures of coverage by file, as Vitest prints them, and how many tests gave them.
step_client() {
  local status=0 what
  check client "the package builds" run_logged client-build npm_run clients/typescript build || return 1
  for what in lint typecheck size lint:package docs; do
    check client "$what" run_logged "client-${what/:/-}" npm_run clients/typescript "$what" || status=1
  done
  # That the page which the hub carries is what its sources build.
  for what in lint typecheck check; do
    check client "demo: $what" run_logged "demo-$what" npm_run clients/demo "$what" || status=1
  done
  if check client "coverage is as vitest.config.ts asks" run_logged client-tests npm_run clients/typescript test -- \
    --reporter=default --reporter=junit "--outputFile.junit=$root/$results/client.xml"; then
    grep -E '^ *(File|All files|-----)|\.tsx? ' "$logs/client-tests.log" | sed 's/^/  /'
  else
    status=1
  fi
  return $status
}

# The package against the hub that ships, in Chromium and in each runtime that it promises.
step_e2e() {
  check e2e "release preset builds" scripts/build release tidings || return 1
  check e2e "the package builds" run_logged client-build npm_run clients/typescript build || return 1
  if E2E_JUNIT="$root/$results/e2e.xml" TIDINGS_BINARY="$root/build/release/tidings" \
    run_logged e2e npm_run clients/typescript e2e; then
    say "  e2e: $(grep -E '^ *[0-9]+ passed' "$logs/e2e.log" | tail -n 1)"
  else
    if [ ! -s "$results/e2e.xml" ]; then echo "fail e2e ends" >>"$results/e2e.checks"; fi
    return 1
  fi
}

# What the client's tests are worth: see clients/typescript/stryker.config.json. Mutants that were tried before, and tests,
# that have not changed since are not run again.
step_mutation() {
  mkdir -p build/mutation
  check mutation "tests notice 80 % of what is changed in each file" run_logged mutation npm_run clients/typescript mutation || return 1
  grep -E '^(pass|fail) .* mutants found' "$logs/mutation.log" | sed 's/^/  /'
}
