#!/bin/bash
# Writes the locks anew: exact versions and the hashes of every published file, so that they hold on any platform.
# No registry is named in them; the machine's own pip settings are left out, lest a private mirror decide what we lock.
set -euo pipefail
cd "$(dirname "$0")/.."

export PIP_CONFIG_FILE=/dev/null
unset PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS
tools=.cache/pip-tools
[ -x $tools/bin/pip-compile ] || { python3 -m venv $tools && $tools/bin/pip install --quiet pip-tools==7.6.2; }

lock() {
  echo "fixgate: writing $1" >&2
  $tools/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url \
    --no-emit-find-links --no-emit-trusted-host --output-file "requirements/$1" "${@:2}"
}
lock runtime.lock --allow-unsafe --build-deps-for editable pyproject.toml
lock dev.lock --constraint requirements/runtime.lock --extra dev pyproject.toml
lock interop.lock requirements/interop.in
lock bench.lock requirements/bench.in
lock fuzz.lock requirements/fuzz.in
