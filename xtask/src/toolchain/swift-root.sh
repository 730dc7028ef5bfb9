#!/bin/sh
# Makes a Debian root folder with the Swift toolchain in it. Run as root: swift-root.sh ROOT SUITE MIRROR
# Nothing outside ROOT changes.
set -eu
root=$1 suite=$2 mirror=$3
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

# What an interrupted run left. Never across a mount point: that would be somebody's real files.
if [ -e "$root" ]; then
    umount "$root/proc" 2>/dev/null || true
    umount "$root/sys" 2>/dev/null || true
    rm -rf --one-file-system "$root"
fi
mkdir -p "$(dirname "$root")"

debootstrap --variant=minbase "$suite" "$root" "$mirror"

# A folder that can be made again needs no fsync, no documentation, no services.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
printf 'path-exclude=/usr/share/%s/*\n' doc man locale info >"$root/etc/dpkg/dpkg.cfg.d/no-documentation"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
cat >"$root/etc/apt/apt.conf.d/90slim" <<CONF
Acquire::Languages "none";
APT::Install-Recommends "false";
CONF

chroot "$root" apt-get -qq update
# swiftlang does not depend on the C and C++ headers, but compiles and links nothing without them.
gcc=$(chroot "$root" apt-cache depends gcc | sed -n 's/.*Depends: gcc-\([0-9]*\)$/\1/p' | head -n 1)
chroot "$root" apt-get -qq -y install swiftlang libc6-dev "libstdc++-$gcc-dev" git ca-certificates tzdata
chroot "$root" apt-get clean
