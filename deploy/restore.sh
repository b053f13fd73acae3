#!/bin/sh
# Puts a backup back, while nothing runs but Redis and PostgreSQL: deploy/restore.sh BACKUP DATA_DIR
# Nothing is overwritten: move the old data directory away, or empty the database, first.
set -eu
backup=${1:?usage: deploy/restore.sh BACKUP DATA_DIR} data=${2:?usage: deploy/restore.sh BACKUP DATA_DIR}

umask 077
mkdir -p "$data"
for kept in secrets review.db retrainer.db; do
  [ ! -e "$backup/$kept" ] || [ ! -e "$data/$kept" ] || {
    echo "restore: $data/$kept is there; move it away first" >&2
    exit 1
  }
done
for kept in secrets review.db retrainer.db; do
  [ ! -e "$backup/$kept" ] || cp -R "$backup/$kept" "$data/$kept"
done
[ ! -f "$backup/database.dump" ] ||
  pg_restore --exit-on-error --single-transaction --no-owner \
    --dbname "${HANDRAISE_DATABASE_URL:?name the empty database}" "$backup/database.dump"
