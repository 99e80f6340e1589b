# What ./play and ./test share: find or install what is missing, each step in one line. Sourced, never run.
# Safe to run again: what is there already is left alone, and the second time takes well under a second.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="${LIVECODE_VENV:-$root/.venv}"

say() { printf '%s %s\n' "-" "$*" >&2; }
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Runs a slow command behind one line that counts the seconds; shows its output only when it fails.
step() {
  local label="$1" log pid start status
  shift
  log="$(mktemp)"
  start=$SECONDS
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  if [ -t 2 ]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r- %s ... %ds ' "$label" $((SECONDS - start)) >&2
      sleep 0.5
    done
  else
    printf '%s' "- $label ..." >&2
  fi
  status=0
  wait "$pid" || status=$?
  if [ "$status" -eq 0 ]; then
    if [ -t 2 ]; then printf '\r- %s: done in %ds   \n' "$label" $((SECONDS - start)) >&2
    else printf ' done in %ds\n' $((SECONDS - start)) >&2; fi
  else
    printf '\n' >&2
    tail -n 15 "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

# As root, or through sudo: with a password prompt where a person is there to answer it.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then
    if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
  else return 1; fi
}

debian_install() { # label, package...
  local label="$1"
  shift
  if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null 2>&1 && [ -t 0 ]; then
    say "$label needs your password once (sudo apt-get install $*)"
    sudo -v || return 1
  fi
  [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null 2>&1 || return 1
  # A machine that never ran apt-get update has no lists to install from.
  if ! apt-cache show "$1" >/dev/null 2>&1; then
    step "Package lists" as_root apt-get update -qq || return 1
  fi
  step "$label ($*)" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" || {
    step "Package lists" as_root apt-get update -qq &&
      step "$label ($*)" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  }
}

python_fits() {
  "$1" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' 2>/dev/null &&
    "$1" -c 'import venv, ensurepip' 2>/dev/null
}

find_python() {
  local candidate
  for candidate in ${LIVECODE_PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null 2>&1 && python_fits "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

need_python() {
  python="$(find_python)" && return 0
  case "$(uname -s)" in
    Darwin)
      command -v brew >/dev/null 2>&1 || fail "Python 3.11 to 3.13 is missing: install Homebrew (brew.sh), then run this again"
      step "Python 3.13 (brew)" brew install python@3.13 || true ;;
    *)
      if command -v apt-get >/dev/null 2>&1; then
        debian_install "Python" python3 python3-venv || true
        find_python >/dev/null || debian_install "Python 3.11" python3.11 python3.11-venv || true
      fi ;;
  esac
  python="$(find_python)" || fail "Python 3.11 to 3.13 with venv is missing: install it, or name it with LIVECODE_PYTHON=/path/to/python3.12"
}

# The machine's own scsynth. Without it the engine embedded in the nanosynth wheel plays: say so and go on.
need_engine() {
  case "$(uname -s)" in
    Darwin)
      if ! command -v scsynth >/dev/null 2>&1 && [ ! -x /Applications/SuperCollider.app/Contents/Resources/scsynth ]; then
        if command -v brew >/dev/null 2>&1; then
          step "SuperCollider (brew)" brew install --cask supercollider || say "no scsynth installed: the embedded engine will play"
        else
          say "no scsynth and no Homebrew: the embedded engine will play"
        fi
      fi ;;
    *)
      local missing=()
      command -v scsynth >/dev/null 2>&1 || missing+=(supercollider-server)
      command -v jackd >/dev/null 2>&1 || missing+=(jackd2)
      if [ ${#missing[@]} -gt 0 ]; then
        if command -v apt-get >/dev/null 2>&1; then
          debian_install "SuperCollider's server" "${missing[@]}" || say "could not install ${missing[*]}: the embedded engine will play"
        else
          say "no scsynth found and no apt-get here: the embedded engine will play (or install ${missing[*]} yourself)"
        fi
      fi ;;
  esac
}

# The editors and the browser that the bridges are tested in. A test whose program is missing says so and is skipped.
need_programs() {
  command -v apt-get >/dev/null 2>&1 || return 0
  local missing=()
  command -v nvim >/dev/null 2>&1 || missing+=(neovim)
  command -v emacs >/dev/null 2>&1 || missing+=(emacs-nox)
  command -v node >/dev/null 2>&1 || missing+=(nodejs)
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing+=(chromium)
  [ ${#missing[@]} -eq 0 ] && return 0
  debian_install "Editors and a browser for the tests" "${missing[@]}" || say "could not install ${missing[*]}: their tests are skipped"
}

fingerprint() { cat "$root/pyproject.toml" "$root/constraints.txt" | cksum | tr -d ' '; }

# The virtual environment with livecode and, for "dev", what the tests need.
need_packages() { # stage: play | dev
  local stage="$1" stamp
  stamp="$venv/.livecode-$stage-$(fingerprint)"
  if [ -x "$venv/bin/python" ] && ! python_fits "$venv/bin/python"; then
    say "the Python under $(basename "$venv") is gone or too old: making it anew"
    rm -rf "$venv"
  fi
  if [ ! -x "$venv/bin/python" ]; then
    need_python
    step "Virtual environment" "$python" -m venv "$venv" || fail "could not make a virtual environment in $venv"
  fi
  [ -e "$stamp" ] && return 0
  if [ "$stage" = dev ]; then
    step "Packages for the tests, torch among them (the first time takes minutes)" \
      "$venv/bin/python" -m pip install --disable-pip-version-check -q -c "$root/constraints.txt" -e "$root[dev,train]" ||
      fail "pip could not install the packages above: check the network and run this again"
  else
    step "Packages" "$venv/bin/python" -m pip install --disable-pip-version-check -q -c "$root/constraints.txt" -e "$root" ||
      fail "pip could not install the packages above: check the network and run this again"
  fi
  rm -f "$venv"/.livecode-"$stage"-*
  : >"$stamp"
}

# torch trains nets; nothing that plays needs it. It comes behind, while the music is on.
torch_behind() {
  [ "${LIVECODE_NO_TORCH:-}" = 1 ] && return 0
  "$venv/bin/python" -c 'import importlib.util as u, sys; sys.exit(u.find_spec("torch") is None)' && return 0
  # One at a time: a second ./play must not start a second pip.
  if mkdir "$venv/.torch-installing" 2>/dev/null; then
    say "torch (for training nets) installs behind; its log is $(basename "$venv")/torch.log"
    (
      nice -n 19 "$venv/bin/python" -m pip install --disable-pip-version-check -q -c "$root/constraints.txt" torch \
        >"$venv/torch.log" 2>&1 </dev/null
      rmdir "$venv/.torch-installing"
    ) &
    disown
  fi
}
