#!/usr/bin/env bash
# Times a command on a machine that has nothing: an empty Debian 12 in scratch/bare, without curl, git, Python or Node.
#   tools/bare_machine.sh [command…]       as root; default: ./dev test
# The committed state of the tree is put in /project there. The packages come from this machine's Debian sources.
# Afterwards nothing is left, or with KEEP=1 the folder, to be used again by the next call.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
root=$PWD/scratch/bare
((EUID == 0)) || { echo "run this as root" && exit 1; }
(($#)) || set -- ./dev test

clean_up() {
    [[ -n ${KEEP:-} ]] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT

if [[ ! -d $root ]]; then
    mkdir -p scratch
    command -v mmdebstrap >/dev/null || apt-get install -y --no-install-recommends mmdebstrap
    echo "making an empty Debian 12 in $root"
    mmdebstrap --quiet --variant=minbase --mode=root --include=ca-certificates bookworm "$root" "$(tools/debian_sources.sh)"
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
fi
mkdir -p "$root/project"
git archive HEAD | tar -x -C "$root/project"

# This machine's own certificates and package manager settings.
for file in /etc/pip.conf ~/.config/pip/pip.conf ~/.npmrc /usr/local/share/ca-certificates; do
    [[ ! -e $file ]] || { mkdir -p "$root${file%/*}" && cp -rT "$file" "$root$file"; }
done
chroot "$root" update-ca-certificates >/dev/null

# The mounts are made in a name space of their own: the kernel takes them down with the command, however it ends.
started=$SECONDS status=0
unshare --mount --pid --fork --kill-child bash -c '
    set -e
    root=$1; shift
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t tmpfs tmpfs "$root/dev"
    for device in null zero full random urandom tty; do touch "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
    ln -s /proc/self/fd "$root/dev/fd"
    mkdir -p "$root/dev/shm" "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    exec chroot "$root" bash -c "cd /project && exec \"\$@\"" bash "$@"
' bash "$root" "$@" || status=$?
echo "$*: $((SECONDS - started)) s, exit $status"
exit "$status"
