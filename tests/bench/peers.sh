#!/bin/bash
# The measured peers, from ../shared/bench where that folder is at hand; prints "RES peer-NAME ns" or
# "SKIP NAME why". They are copied to FOLDER and set up there once.   peers.sh FOLDER
set -u
cd "$(dirname "$0")/../.."
folder=$1 source=../shared/bench

if [ ! -d "$source" ]; then
  echo "SKIP peers ../shared/bench is not here"
  exit
fi
for tool in python3 node npm; do
  command -v $tool >/dev/null || { echo "SKIP peers $tool is not installed"; exit; }
done
if [ ! -e "$folder/ready" ]; then
  rm -rf "$folder"
  cp -r "$source" "$folder"
  chmod -R u+w "$folder"
  (
    cd "$folder" && mkdir -p build gen data out &&
      (cd js && npm install --no-audit --no-fund --no-package-lock) && python3 tools/gen_artifacts.py &&
      gcc -O2 -w -o build/gen c/gen.c -lsqlite3 -lm &&
      gcc -O3 -march=native -w -o build/sqlbench c/sqlbench.c -lsqlite3 -lm &&
      build/gen 20000 42 data 20000 && touch ready
  ) >"$folder.log" 2>&1 || { echo "SKIP peers setting them up failed, see $folder.log"; exit; }
fi
cd "$folder" || exit
{
  node js/zen.js eval 1000 1
  node js/jre.js eval 300 1
  node js/other.js eval 300 1
  build/sqlbench data/customers.sqlite gen/grade.sql 20000 1 out/s.sqlite eval
} 2>/dev/null | awk '$1 == "RES" { print "RES peer-" $2, $3 }'
