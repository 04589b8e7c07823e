#!/usr/bin/env bash
# slow_attacks.sh URL [CONNECTIONS [SECONDS]]: slowhttptest's three attacks on a server of this machine, one after
# the other, while wrk measures good clients. Prints a line an attack; fails when a good client had an error.
set -euo pipefail
url=$1 connections=${2:-200} seconds=${3:-4}
[[ $url =~ ^http://(127\.0\.0\.1|\[::1\]): ]] || {
  echo "only on loopback: $url" >&2
  exit 2
}
if [ "$connections" -gt 1000 ] || [ "$seconds" -gt 60 ]; then
  echo "at most 1000 connections and 60 seconds" >&2
  exit 2
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
attack() { # NAME FLAG...
  local name=$1
  shift
  timeout $((seconds + 20)) slowhttptest "$@" -c "$connections" -r "$connections" -l "$seconds" -p 1 -u "$url" \
    >"$folder/attack" 2>&1 &
  local attacker=$!
  timeout $((seconds + 20)) wrk -t 1 -c 8 -d "${seconds}s" "$url" >"$folder/good" 2>&1 || failed=1
  wait "$attacker" || true
  local requests rate errors end
  requests=$(sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' "$folder/good")
  rate=$(sed -n 's/^Requests\/sec: *//p' "$folder/good")
  errors=$(grep -E 'Socket errors|Non-2xx' "$folder/good" || true)
  end=$(sed 's/\x1b\[[0-9;]*m//g' "$folder/attack" | sed -n 's/^Exit status: *//p') # in colours
  printf '%-8s attackers %s (%s)  good requests %s (%s/s, errors: %s)\n' "$name" "$connections" \
    "${end:-did not run}" "${requests:-0}" "${rate:-0}" "${errors:-none}"
  [ -n "$end" ] || failed=1
  if [ -n "$errors" ] || [ "${requests:-0}" -eq 0 ]; then failed=1; fi
}
attack headers -H -i 1 -x 24
attack body -B -i 1 -s 8192 -x 10
attack read -X -w 10 -y 20 -n 2 -z 10 -k 3
exit $failed
