#!/bin/sh
# Makes the secrets of docker-compose.yml, a file for each: deploy/secrets.sh DIRECTORY
# Only its owner may enter the directory; inside, each container reads the files it is given.
set -eu
examples=$(dirname "$0")/redis
directory=${1:?usage: deploy/secrets.sh DIRECTORY}

umask 077
mkdir "$directory"
umask 022

random() {
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

keep() {
  printf '%s\n' "$2" >"$directory/$1"
}

cp "$examples/users.acl.example" "$directory/redis_users.acl"
for user in scorer review retrainer upstream ops; do
  password=$(random)
  name=$(echo "$user" | tr a-z A-Z)_PASSWORD
  sed "s/>$name/>$password/" "$directory/redis_users.acl" >"$directory/.next"
  mv "$directory/.next" "$directory/redis_users.acl"
  keep "redis_$user.url" "redis://$user:$password@redis:6379/0"
done
password=$(random)
keep postgres.password "$password"
keep database.url "postgresql://handraise:$password@postgres/handraise"
keep grafana.password "$(random)"
keep admin.token "$(random)"
chmod 644 "$directory"/*
