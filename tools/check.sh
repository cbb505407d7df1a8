#!/bin/sh
# The whole check, or the steps named: sh tools/check.sh lint types sqlite
# `coverage` runs only when named: it takes twice the time of `sqlite`.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
KHEO_DATA_DIR=$(mktemp -d) && export KHEO_DATA_DIR
trap 'rm -rf "$KHEO_DATA_DIR"' EXIT
results=$KHEO_DATA_DIR/results
: > "$results"
failed=""

step() {
  name=$1; shift
  case " $wanted " in *" $name "*) ;; *) return 0 ;; esac
  start=$(date +%s)
  if "$@" > "$KHEO_DATA_DIR/$name.log" 2>&1; then verdict=ok; else verdict=FAILED; failed="$failed $name"; fi
  printf '%-12s %-6s %4ss\n' "$name" "$verdict" "$(($(date +%s) - start))"
  if [ "$verdict" = FAILED ]; then tail -n 150 "$KHEO_DATA_DIR/$name.log"; fi
  grep -E '^[0-9]+ left out: ' "$KHEO_DATA_DIR/$name.log" || true
  grep -E '^[0-9]+ (passed|failed|skipped|error)|^=+ .*(passed|failed).*=+$' "$KHEO_DATA_DIR/$name.log" >> "$results" || true
}

lint() { ruff check . && python tools/shape.py; }
messages() { python tools/hatch_hooks.py && python tools/check_messages.py; }
migrations() { python -W error -m kheo makemigrations --check --dry-run && python -m kheo check; }
tests() { python -m pytest -n 2 --dist worksteal -m "not journey" "$@"; }
on_postgres() { sh tools/postgres.sh python -m pytest -n 2 --dist worksteal -m "not journey" --database-only; }
journeys() { python -m pytest tests/journeys -m journey -p no:randomly; }
docs() { python -m kheo reference --check && python -m pytest tests/contracts/test_docs.py; }

wanted=${*:-"format lint types contracts templates messages migrations sqlite postgres journeys docs"}
step format     ruff format --check .
step lint       lint
step types      mypy
step contracts  lint-imports
step templates  djlint --check --lint --quiet src
step messages   messages
step migrations migrations
step sqlite     tests
step coverage   tests --cov --cov-report=term:skip-covered
step postgres   on_postgres
step journeys   journeys
step docs       docs

sum() { awk -v word="$1" '{ for (i = 2; i <= NF; i++) { w = $i; sub(",", "", w); if (w == word) n += $(i - 1) } } END { print n + 0 }' "$results"; }
[ -z "$failed" ] || printf 'failed steps:%s\n' "$failed"
printf '%s passed, %s failed, %s skipped\n' "$(sum passed)" "$(( $(sum failed) + $(sum errors) + $(sum error) ))" "$(sum skipped)"
[ -z "$failed" ]
