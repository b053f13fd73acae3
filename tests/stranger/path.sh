#!/bin/sh
# The way of somebody who was never here: from a fresh clone, by the README, the quickstart, the
# audit guide and the guide to operate, to a composition and a project of their own.
set -eu
ours=$(cd "$(dirname "$0")/../.." && pwd)
theirs=$(mktemp -d)
up=

leave() {
  [ -z "$up" ] || { kill "$up" && wait "$up"; } || true
  rm -rf "$theirs"
}
trap leave EXIT
trap 'exit 130' INT TERM

step() {
  printf '\n== %s\n' "$*"
}

# saved PAGE NAME: the file that a page has people save under this name.
saved() {
  awk -v line="Save this as \`$2\`:" '
    index($0, line) { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$1" >"$2"
  [ -s "$2" ] || { echo "$1 has no file $2" >&2; return 1; }
}

# until_true COMMAND...: for two minutes.
until_true() {
  for _ in $(seq 120); do
    if "$@" >waiting.txt 2>&1; then return; fi
    sleep 1
  done
  cat waiting.txt >&2
  echo "after two minutes still not: $*" >&2
  return 1
}

step "a clone"
git clone -q "$ours" "$theirs/handraise"
cd "$theirs/handraise"

step "README: the loop closes"
./run demo churn --reviewers 4 --events 2000 --check

step "Quickstart: an installation, and a project of one's own"
./run up --no-open --port 0 &
up=$!
PATH=$PWD/.venv/bin:$PATH
until_true handraise project list
handraise doctor
saved docs/quickstart.md tickets.yaml
saved docs/quickstart.md tickets.jsonl
handraise project apply tickets.yaml
handraise send tickets.jsonl --project tickets
HANDRAISE_TOKEN=$(handraise token create admin | tail -n 1)
export HANDRAISE_TOKEN
for number in $(seq 40); do
  printf '{"event_id": "mine-%s", "subject": "Invoice %s", "channel": "mail"}\n' "$number" "$number"
done >mine.jsonl
handraise send mine.jsonl --project tickets
until_true python tests/stranger/answer.py tickets
handraise project list
handraise model list tickets

step "Audit: why, by whom, and whether anything was altered"
until_true handraise ledger head --out head.json
handraise ledger show tickets t-1
until_true handraise ledger export-record tickets t-1 --head head.json --out t-1.json
python handraise/standalone/verify_record.py t-1.json --head head.json
handraise ledger verify
kill "$up" && wait "$up" || true
up=

step "Operate: the composition"
deploy/secrets.sh secrets
echo "SECRETS_DIR=./secrets" >.env
echo "COMPOSE_PROFILES=watch" >>.env
compose="docker compose"
docker compose version >/dev/null 2>&1 || compose=docker-compose
$compose config -q
if docker info >/dev/null 2>&1; then
  trap '$compose down -v; leave' EXIT
  $compose up --build --wait
  HANDRAISE_TOKEN=$(cat secrets/admin.token)
  HANDRAISE_URL=http://127.0.0.1:8080 handraise project apply tickets.yaml
  echo "the path is open, to a project in the composition"
else
  echo "the path is open, but for the engine: there is none here, so the composition was read only"
fi
