#!/bin/sh
# Makes sure that Debian packages are there: packages.sh NAME...
# Says what is missing; installs it with apt (sudo when not root). ASSAY_NO_INSTALL=1: only prints the
# list and stops.
set -eu
missing=
for p in "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ -n "${ASSAY_NO_INSTALL:-}" ]; then
  echo "missing Debian packages:$missing" >&2
  echo "install them, for instance: apt-get install$missing" >&2
  exit 1
fi
echo "installing Debian packages:$missing"
run=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "not root, and no sudo: ask an administrator to run: apt-get install$missing" >&2
    exit 1
  }
  run=sudo
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $run apt-get update -qq && $run apt-get install -y -qq --no-install-recommends $missing; } \
  >"$log" 2>&1; then
  cat "$log" >&2
  echo "apt could not install:$missing" >&2
  exit 1
fi
