#!/usr/bin/env bash
# Installs the servers that tests use and PyPI does not have: Dovecot, from Debian or Ubuntu. The tests start it as a
# private process on loopback; the system's own service is neither started nor needed. Where it cannot be installed this
# says so and ends well: the tests then run against pymap alone.
set -uo pipefail

away() {
    echo "install-servers: $1; the mailbox's tests run against pymap alone" >&2
    exit 0
}

PATH="$PATH:/usr/sbin:/sbin"
command -v dovecot >/dev/null && exit 0
command -v apt-get >/dev/null || away "Dovecot is not installed, and there is no apt-get"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || away "Dovecot is not installed, and that needs root"
    as_root="sudo -n"
fi
# Nothing may start or ask while packages are set up.
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null 2>&1
timeout 300 $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dovecot-imapd \
    >/dev/null 2>&1 || away "apt-get could not install dovecot-imapd"
command -v dovecot >/dev/null || away "dovecot-imapd came without dovecot"
# Where there is a service manager, the service that the package starts is not left running.
command -v systemctl >/dev/null && $as_root systemctl disable --now dovecot >/dev/null 2>&1
echo "install-servers: $(dovecot --version 2>/dev/null | head -1) is installed" >&2
exit 0
