#!/usr/bin/env bash
# Installs what tests use and PyPI does not have: Dovecot and Chromium, from Debian or Ubuntu. The tests start both as
# private processes; the system's own services are neither started nor needed. Where one cannot be installed this says
# so and ends well: the tests then do without it, and say so in their last lines.
set -uo pipefail

PATH="$PATH:/usr/sbin:/sbin"
wanted=""
command -v dovecot >/dev/null || wanted="dovecot-imapd"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null ||
    wanted="$wanted chromium"
[ -z "$wanted" ] && exit 0

away() {
    echo "install-servers: $1: the tests do without" >&2
    exit 0
}

command -v apt-get >/dev/null || away "$wanted not installed, and there is no apt-get"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || away "$wanted not installed, and that needs root"
    as_root="sudo -n"
fi
# Nothing may start or ask while packages are set up.
$as_root apt-get update -qq >/dev/null 2>&1
for package in $wanted; do
    timeout 300 $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" \
        >/dev/null 2>&1 || echo "install-servers: apt-get could not install $package: the tests do without" >&2
done
# Where there is a service manager, the service that the package starts is not left running.
command -v systemctl >/dev/null && $as_root systemctl disable --now dovecot >/dev/null 2>&1
exit 0
