#!/usr/bin/env bash
# Prints this machine's apt sources of Debian itself, without those of other vendors, for a new Debian 12 made from them.
set -euo pipefail
shopt -s nullglob

for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ ! -f $file ]] || sed -nE 's/^deb (\[[^]]*\] )?([^ ]*debian[^ ]*) (bookworm[^ ]*) (.*)/deb \2 \3 main/p' "$file"
done
for file in /etc/apt/sources.list.d/*.sources; do
    sed -nE '/^URIs:/{s/^URIs: *//;h};/^Suites:/{s/^Suites: *//;G;p}' "$file" | paste - - |
        while read -r suites_and_uri; do
            uri=${suites_and_uri##*$'\t'}
            for suite in ${suites_and_uri%%$'\t'*}; do
                [[ $suite != bookworm* || $uri != *debian* ]] || echo "deb $uri $suite main"
            done
        done
done
