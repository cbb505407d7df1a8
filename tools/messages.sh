#!/bin/sh
# Refresh every context's Vietnamese catalogue from its sources.
set -eu
cd "$(dirname "$0")/../src/kheo"
for context in */; do
  if grep -rqE 'gettext|translate' "$context" --include='*.py' --include='*.html'; then
    (cd "$context" && mkdir -p locale && ../../../.venv/bin/python -P -m django makemessages \
      -l vi --no-location --no-wrap -v 0 --ignore 'static/*')
  fi
done
../../.venv/bin/python ../../tools/hatch_hooks.py
