#!/bin/sh
# Copies what lasts, while everything runs: deploy/backup.sh DATA_DIR TARGET
# With HANDRAISE_DATABASE_URL the databases are dumped from PostgreSQL (pg_dump), else copied from SQLite.
# Redis is not copied: what was on its way is sent again. Models can be learned again.
set -eu
data=${1:?usage: deploy/backup.sh DATA_DIR TARGET} target=${2:?usage: deploy/backup.sh DATA_DIR TARGET}

umask 077
mkdir "$target"
[ ! -d "$data/secrets" ] || cp -R "$data/secrets" "$target/secrets"

if [ -n "${HANDRAISE_DATABASE_URL:-}" ]; then
  pg_dump --format=custom --no-owner --file "$target/database.dump" "$HANDRAISE_DATABASE_URL"
  exit
fi
# The retrainer's first: what it lacks beside review is sent to it again.
for name in retrainer review; do
  [ ! -f "$data/$name.db" ] || python3 - "$data/$name.db" "$target/$name.db" <<'COPY'
import sqlite3, sys

source, copy = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
source.backup(copy)
(found,) = copy.execute("PRAGMA integrity_check").fetchone()
sys.exit(None if found == "ok" else f"{sys.argv[1]} is damaged: {found}")
COPY
done
