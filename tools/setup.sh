#!/bin/sh
# Make .venv with the hash-pinned packages: `run` for using Khéo, `dev` for its check.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}

say() { printf '%s\n' "$*"; }
fail() { say "$1" >&2; say "$2" >&2; exit 1; }

python=""
for name in "${KHEO_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
  if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
     "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$name; break
  fi
done
[ -n "$python" ] || fail \
  "Khéo cần Python 3.11 trở lên; máy này chưa có. Cài đặt rồi chạy lại, hoặc đặt KHEO_PYTHON." \
  "Khéo needs Python 3.11 or newer. Install it and try again, or set KHEO_PYTHON."
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail \
  "Python này thiếu venv; trên Debian hãy cài gói python3-venv." \
  "This Python lacks venv; on Debian install python3-venv."
[ -w . ] || fail \
  "Thư mục này không ghi được; hãy chép Khéo sang thư mục ghi được." \
  "This folder is read-only; copy Khéo to one you may write to."

case $kind in
  dev) lists="requirements/dev.txt" ;;
  *)   lists="requirements/base.txt requirements/build.txt" ;;
esac
# shellcheck disable=SC2086  a list of files
wanted=$(cat $lists pyproject.toml tools/hatch_hooks.py src/kheo/__init__.py | cksum)
stamp=.venv/.made-for-$kind
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  say "[1/2] Cài đặt thư viện (vài chục giây)… / Installing packages…"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  for list in $lists; do
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$list" || fail \
      "Không tải được thư viện: kiểm tra kết nối mạng rồi chạy lại (phần đã tải được giữ lại)." \
      "Packages could not be fetched: check the network and try again."
  done
  say "[2/2] Cài đặt Khéo… / Installing Khéo…"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s' "$wanted" > "$stamp"
fi

[ "$kind" = dev ] || exit 0
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v xgettext >/dev/null 2>&1 || missing="$missing gettext"
command -v libreoffice >/dev/null 2>&1 || missing="$missing libreoffice-writer-nogui libreoffice-calc-nogui fonts-liberation2"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
[ -e /usr/share/tesseract-ocr/5/tessdata/vie.traineddata ] || missing="$missing tesseract-ocr-vie"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  say "Installing Debian packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086  a list of packages
  apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  fail "Thiếu gói hệ thống:$missing" "The check needs these Debian packages:$missing"
fi
