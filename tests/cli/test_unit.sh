#!/bin/bash
# The units of the service: systemd understands every line, and what they promise of hardening is there.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir bin && ln -s "$ASSAY" bin/assay
sed "s|@PREFIX@|$T|" "$ROOT/core/serve/assay.service.in" >assay.service
cp "$ROOT/core/serve/assay.socket" assay.socket
holds "no placeholder is left" sh -c "! grep -q '@' assay.service || ! grep -E '@[A-Z]+@' assay.service"
for line in Type=notify WatchdogSec= DynamicUser=yes StateDirectory=assay ProtectSystem=strict NoNewPrivileges=yes \
  SystemCallFilter= CapabilityBoundingSet= MemoryDenyWriteExecute=yes; do
  holds "the service says $line" grep -q "^$line" assay.service
done
holds "the socket has the name that the service looks for" grep -q '^FileDescriptorName=http$' assay.socket
# The container of SERVING.md has every library that the program and its plugins are linked with.
if command -v dpkg >/dev/null && command -v readelf >/dev/null; then
  readelf -d "$ASSAY" "$(dirname "$ASSAY")"/plugins/*.so | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u |
    while read -r library; do dpkg -S "*/$(cc -print-multiarch)/$library"; done 2>/dev/null |
    grep -Ev 'gdb|^libc6' | sed 's/:.*//' | sort -u >"$T/packages"
  holds "the libraries of the program have packages" grep -qx libuv1 "$T/packages"
  while read -r package; do
    holds "the container has $package" grep -qw -- "$package" "$ROOT/core/SERVING.md"
  done <"$T/packages"
else
  echo "ok - dpkg or readelf is not here # SKIP"
fi
if command -v systemd-analyze >/dev/null; then
  systemd-analyze verify --man=no "$T/assay.service" "$T/assay.socket" >"$T/out" 2>&1
  grep -E "assay\.(service|socket)" "$T/out" >"$T/found"
  holds "systemd-analyze verify has nothing to say" sh -c "! grep . '$T/found'"
  if systemd-analyze security --offline=true "$T/assay.service" >"$T/out" 2>&1; then
    level=$(sed -n 's/.*exposure level for assay.service: \([0-9.]*\).*/\1/p' "$T/out")
    holds "its exposure is at most 2.5 of 10 ($level)" awk -v l="$level" 'BEGIN { exit !(l != "" && l <= 2.5) }'
  fi
else
  echo "ok - systemd-analyze is not here # SKIP"
fi
