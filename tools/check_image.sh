#!/usr/bin/env bash
# Builds the Dockerfile and tries the images, without a container engine: buildah and crun, as root (./dev image).
# The base image is made from this machine's Debian sources, so what is built here is never published.
#
#   tools/check_image.sh            the image of everything, and one of each role: tests/image/node.test.mjs
#   tools/check_image.sh cluster    the same, then the roles as a cluster: tests/image/cluster.test.mjs, with the servers of ./dev setup cluster
#
# All of it is in scratch/image, and in namespaces of its own: when this ends, however it ends, the kernel ends its processes and
# containers and takes its mounts away. What stays is the compiler's cache, build/image-ccache: the second time nothing is compiled.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
scratch=$PWD/scratch/image
compiled=$PWD/build/image-ccache
names=(everything gateway auth user chat)

b() { buildah --root "$scratch/ctr" --runroot "$scratch/ctr-run" --storage-driver "$driver" "$@"; }
say() { echo "$(date +%T) $*"; }

# Layers that only say what has changed, where this file system can carry them; or copies of all of it.
choose_driver() {
    mkdir -p "$scratch"/overlay/{lower,upper,work,merged}
    if mount -t overlay overlay -o "lowerdir=$scratch/overlay/lower,upperdir=$scratch/overlay/upper,workdir=$scratch/overlay/work" "$scratch/overlay/merged" 2>/dev/null; then
        umount "$scratch/overlay/merged"
        echo overlay
    else
        echo vfs
    fi
}

# Debian as small as it gets, and as Docker's image of it: without waiting for the disk after each package.
make_base() {
    local container root file
    container=$(b from scratch)
    root=$(b mount "$container")
    mmdebstrap --quiet --variant=minbase --mode=root --include=ca-certificates --dpkgopt=force-unsafe-io bookworm "$root" "$(tools/debian_sources.sh)"
    # This machine's own certificates and package manager settings.
    for file in /etc/pip.conf ~/.npmrc /usr/local/share/ca-certificates; do
        [[ ! -e $file ]] || b add "$container" "$file" "$file" >/dev/null
    done
    b run "$container" -- update-ca-certificates >/dev/null
    b config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
    b config --cmd bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    b commit --quiet --signature-policy "$scratch/policy.json" "$container" localhost/base:test >/dev/null
    b rm "$container" >/dev/null
}

# The tree as in a fresh clone. A builder looks at each file of its context to find out whether .dockerignore wants it, and
# here those are the files of all builds, of npm, and of the images themselves.
make_context() {
    mkdir "$scratch/context"
    tar --create --exclude=./.git --exclude=./build --exclude='./build-*' --exclude=./scratch --exclude=node_modules . |
        tar --extract --directory "$scratch/context"
}

# build <name>: its image. All have their layers in common, but for the last: see the Dockerfile.
build() {
    local role=$1
    [[ $role != everything ]] || role=''
    b bud --layers --pull-never --format docker --signature-policy "$scratch/policy.json" --volume "$compiled:/root/.cache/ccache" \
        --build-arg BASE=localhost/base:test --build-arg "SVC=$role" -t "localhost/wegowhere-$1:test" -f Dockerfile "$scratch/context"
}

# unpack <name>: where the files of its image are and what it says of itself, for tests/image/container.mjs.
unpack() {
    local image=localhost/wegowhere-$1:test container root
    container=$(b from --pull-never --signature-policy "$scratch/policy.json" "$image")
    root=$(b mount "$container")
    b inspect --type image "$image" |
        jq --arg root "$root" '{root: $root, config: .Docker.config, layers: .Docker.rootfs.diff_ids}' >"$scratch/images/$1.json"
}

inside() {
    local name tests=(tests/image/node.test.mjs)
    [[ ! $1 ]] || tests+=("tests/image/$1.test.mjs")
    trap 'exit 130' INT
    trap 'exit 143' TERM
    mkdir -p "$scratch/images" "$compiled"
    driver=$(choose_driver)
    echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$scratch/policy.json"
    say "making the base image ($driver)"
    make_base
    make_context
    for name in "${names[@]}"; do
        say "building the image of $name"
        build "$name"
        unpack "$name"
    done
    say "trying the images"
    # crun refuses a machine that has both versions of cgroups; it needs neither.
    mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null || true
    WGW_IMAGES=$scratch/images node --test --test-concurrency=1 --test-reporter=spec "${tests[@]}"
    say "the images are built, say what they should, start, are healthy, and end with 0"
}

case ${1:-} in
inside) inside "$2" ;;
'' | cluster)
    ((EUID == 0)) || { echo "run this as root" && exit 1; }
    mkdir -p build
    exec {lock}>build/image.lock
    flock --nonblock "$lock" || { echo "another ./dev image is at work in this tree: wait for it" && exit 1; }
    trap 'rm -rf --one-file-system "$scratch"' EXIT
    rm -rf --one-file-system "$scratch"
    export BUILDAH_ISOLATION=chroot
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc "$0" inside "${1:-}"
    ;;
*) echo "usage: $0 [cluster]" && exit 2 ;;
esac
