#!/bin/sh
# Prints where promtool is. If it is not installed it is taken out of Debian's package prometheus, which is
# only unpacked, into build/tools: to install it would start a service that nobody asked for. Prints nothing
# if it cannot be had (no network, ASSAY_NO_INSTALL).
set -u
cd "$(dirname "$0")/../.." || exit 0
if command -v promtool; then exit 0; fi
tools=$PWD/build/tools
[ -x "$tools/promtool" ] && { echo "$tools/promtool"; exit 0; }
[ -n "${ASSAY_NO_INSTALL:-}" ] && exit 0
[ -e "$tools/no-promtool" ] && exit 0 # tried already
mkdir -p "$tools" && folder=$(mktemp -d "$tools/unpack-XXXXXX") || exit 0
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 0
if timeout 120 apt-get download -qq prometheus >/dev/null 2>&1 &&
  dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xf - ./usr/bin/promtool; then
  mv usr/bin/promtool "$tools/promtool" && echo "$tools/promtool"
else
  : >"$tools/no-promtool"
fi
