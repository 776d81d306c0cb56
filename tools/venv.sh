#!/bin/sh
# Makes a virtual environment with the first Python >= 3.11 found, or says the line to type.
set -eu
venv=$1

fit() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
whole() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The system's own first: Debian mends its faults, and has built it with profiles: a Python built
# by hand without them takes a third longer for everything. One that has all it needs comes before
# one that has not.
found=
for python in ${PYTHON:-} /usr/bin/python3 python3 python3.11 python3.12 python3.13 python3.14; do
  command -v "$python" >/dev/null && fit "$python" || continue
  found=${found:-$python}
  if whole "$python" || [ "$python" = "${PYTHON:-}" ]; then found=$python; break; fi
done
python=$found
if [ -z "$python" ]; then
  echo "The mailer needs Python 3.11 or newer, and none is here. On Debian 12 or newer: apt install python3 python3-venv" >&2
  exit 1
fi

# Debian keeps venv's second half, ensurepip, in a package of its own.
if ! whole "$python"; then
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $package (Debian's Python comes without it) …"
    export DEBIAN_FRONTEND=noninteractive
    said=$( { apt-get -qq update && apt-get -qq install --no-install-recommends "$package"; } 2>&1) ||
      { echo "$said" >&2; exit 1; }
  else
    echo "Python's venv is missing. Type this, then the same command again: sudo apt install $package" >&2
    exit 1
  fi
fi

"$python" -m venv --clear "$venv"
