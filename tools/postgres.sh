#!/bin/sh
# Run a command with KHEO_DATABASE_URL at a PostgreSQL made for it, gone afterwards.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
folder=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as=""
if [ "$(id -u)" = 0 ]; then
  chown postgres "$folder"
  as="runuser -u postgres --"
fi
stop() { $as "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap stop EXIT
trap 'exit 130' INT TERM
(cd "$folder" && $as "$bin/initdb" -D "$folder/data" -U kheo -A trust -E UTF8 --locale=C.UTF-8 >/dev/null)
(cd "$folder" && $as "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" \
  -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=60" start)
KHEO_DATABASE_URL="postgres://kheo@127.0.0.1:$port/postgres" "$@"
