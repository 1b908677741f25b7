#!/bin/sh
# An archiver that puts its snapshots where finished ones belong, and makes nothing durable but its own log.
# Usage, as the tool's: sh careless.sh archive --name NAME SOURCE ARCHIVE
set -eu
name=$3 source=$4 archive=$5
mkdir -p "$archive/sources/$name"
# shellcheck disable=SC2012 # the names are our own
snapshot=$(printf "%04d 2030-11-22" $(($(ls "$archive/sources/$name" | wc -l) + 1)))
work=$archive/.incoming
mkdir "$work"
cp -r "$source" "$work/data"
cd "$work"
sha256sum data/*/*/* >manifest-sha256.txt
sha256sum manifest-sha256.txt >tagmanifest-sha256.txt
echo "publishing $snapshot" >>"$archive/log"
sync "$archive/log"
mv "$work" "$archive/sources/$name/$snapshot"
