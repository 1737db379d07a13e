#!/usr/bin/env bash
# Builds the Dockerfile and tries the image, without a container engine: buildah in a chroot, as root (./dev image).
# The base image is made from this machine's Debian sources, so what is built here is never published.
# Everything is in scratch/image, and removed at the end.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
((EUID == 0)) || { echo "run this as root" && exit 1; }
scratch=$PWD/scratch/image
export BUILDAH_ISOLATION=chroot

b() { buildah --root "$scratch/ctr" --runroot "$scratch/ctr-run" --storage-driver vfs "$@"; }

clean_up() {
    b rm -a >/dev/null 2>&1 || true
    b rmi -a -f >/dev/null 2>&1 || true
    rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT

make_base() {
    local container file
    mmdebstrap --quiet --variant=minbase --mode=root --include=ca-certificates bookworm "$scratch/base.tar" "$(tools/debian_sources.sh)"
    container=$(b from scratch)
    b add "$container" "$scratch/base.tar" / >/dev/null
    # This machine's own certificates and package manager settings.
    for file in /etc/pip.conf ~/.npmrc /usr/local/share/ca-certificates; do
        [[ ! -e $file ]] || b add "$container" "$file" "$file" >/dev/null
    done
    b run "$container" -- update-ca-certificates >/dev/null
    b config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
    b config --cmd bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    b commit --quiet --signature-policy "$scratch/policy.json" "$container" localhost/base:test >/dev/null
    b rm "$container" >/dev/null
    rm "$scratch/base.tar"
}

# build <image> [build argument…]
build() {
    local image=$1
    shift
    b bud --layers --pull-never --format docker --signature-policy "$scratch/policy.json" --build-arg BASE=localhost/base:test "$@" \
        -t "$image" -f Dockerfile .
}

# expect_in <image> <text…>: the image's configuration says so.
expect_in() {
    local image=$1 text config
    shift
    config=$(b inspect --type image "$image" | tr -d ' \n')
    for text in "$@"; do
        [[ $config == *"$text"* ]] || { echo "$image: no $text in $config" && exit 1; }
    done
}

# The server's own process among the children of process $1: signals to buildah do not reach it.
server_below() {
    local child
    for child in $(pgrep -P "$1"); do
        if [[ $(readlink "/proc/$child/exe") == */wegowhere ]]; then
            echo "$child"
        else
            server_below "$child"
        fi
    done
}

# A port nothing listens on, below those that the kernel gives to outgoing connections.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

# Starts the image as it would be started, asks for its health, and ends it.
try_server() {
    local container run_pid server tries=0
    container=$(b from --pull-never --signature-policy "$scratch/policy.json" "$1")
    b config --env "GATEWAY_PORT=$(free_port)" --env "WGW_ADMIN_PORT=$(free_port)" "$container"
    b run "$container" -- wegowhere version --json
    b run "$container" -- wegowhere serve &
    run_pid=$!
    until b run "$container" -- wegowhere healthcheck; do
        kill -0 "$run_pid" 2>/dev/null || { echo "the server has ended" && exit 1; }
        ((++tries < 20)) || { echo "not healthy" && exit 1; }
        sleep 0.5
    done
    server=$(server_below "$run_pid")
    [[ $(stat -c %u "/proc/$server") == 10001 ]] || { echo "the server does not run as user 10001" && exit 1; }
    kill -TERM "$server"
    wait "$run_pid" || { echo "SIGTERM: exit $?, not 0" && exit 1; }
    b rm "$container" >/dev/null
}

clean_up
mkdir -p "$scratch"
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$scratch/policy.json"
echo "making the base image"
make_base
echo "building the image"
build localhost/wegowhere:test
expect_in localhost/wegowhere:test '"User":"10001:10001"' '"Entrypoint":["wegowhere"]' '"Cmd":["serve"]' '"StopSignal":"SIGTERM"' \
    '"Healthcheck":{"Test":["CMD","wegowhere","healthcheck"]' '"GATEWAY_HOST=0.0.0.0"' '"WGW_DATA=/data"' '"WGW_ROLE="'
try_server localhost/wegowhere:test

# The same for one role of a cluster, which this version refuses to start: with a sentence, and as a wrong setting.
echo "building the image of a role"
build localhost/wegowhere-chat:test --build-arg SVC=chat
expect_in localhost/wegowhere-chat:test '"WGW_ROLE=chat"'
container=$(b from --pull-never --signature-policy "$scratch/policy.json" localhost/wegowhere-chat:test)
status=0
b run "$container" -- wegowhere serve >"$scratch/role.log" 2>&1 || status=$?
cat "$scratch/role.log"
if ((status != 78)) || ! grep -q "WGW_ROLE" "$scratch/role.log"; then
    echo "the role was not refused as a wrong setting: exit $status" && exit 1
fi
echo "the image is built, says what it should, starts, is healthy, and ends with 0"
