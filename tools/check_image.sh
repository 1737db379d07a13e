#!/usr/bin/env bash
# Builds the Dockerfile and tries the image, without a container engine: buildah in a chroot, as root (./dev image).
# The base image is made from this machine's Debian sources, so what is built here is never published.
# Everything is in scratch/image, and removed at the end.
#
#   tools/check_image.sh            the image of everything, which is run, and one of each role, which is refused
#   tools/check_image.sh cluster    the same, but the roles are run, as a cluster with the servers of ./dev setup cluster
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
((EUID == 0)) || { echo "run this as root" && exit 1; }
scratch=$PWD/scratch/image
export BUILDAH_ISOLATION=chroot
with_cluster=${1:-}
[[ $with_cluster =~ ^(cluster)?$ ]] || { echo "usage: $0 [cluster]" && exit 2; }
roles=(user auth chat gateway)
servers_pid=

b() { buildah --root "$scratch/ctr" --runroot "$scratch/ctr-run" --storage-driver vfs "$@"; }

clean_up() {
    [[ -z $servers_pid ]] || kill -TERM "$servers_pid" 2>/dev/null || true
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

# start <image> [NAME=value…]: starts the image as it would be started. Sets `container` and `run_pid`.
start() {
    local image=$1 setting
    shift
    container=$(b from --pull-never --signature-policy "$scratch/policy.json" "$image")
    for setting in "$@"; do
        b config --env "$setting" "$container"
    done
    b run "$container" -- wegowhere serve &
    run_pid=$!
}

# await_health <container> <process of start>
await_health() {
    local tries=0
    until b run "$1" -- wegowhere healthcheck; do
        kill -0 "$2" 2>/dev/null || { echo "the server has ended" && exit 1; }
        ((++tries < 40)) || { echo "not healthy" && exit 1; }
        sleep 0.5
    done
}

# end <container> <process of start>
end() {
    local server
    server=$(server_below "$2")
    [[ $(stat -c %u "/proc/$server") == 10001 ]] || { echo "the server does not run as user 10001" && exit 1; }
    kill -TERM "$server"
    wait "$2" || { echo "SIGTERM: exit $?, not 0" && exit 1; }
    b rm "$1" >/dev/null
}

try_server() {
    start "$1" "GATEWAY_PORT=$(free_port)" "WGW_ADMIN_PORT=$(free_port)"
    b run "$container" -- wegowhere version --json
    await_health "$container" "$run_pid"
    end "$container" "$run_pid"
}

# try_refusal <role>: one that is given no servers says which, and ends as with any wrong setting.
try_refusal() {
    local status=0
    container=$(b from --pull-never --signature-policy "$scratch/policy.json" "localhost/wegowhere-$1:test")
    b run "$container" -- wegowhere serve >"$scratch/role.log" 2>&1 || status=$?
    cat "$scratch/role.log"
    if ((status != 78)) || ! grep -q RMQ_URL "$scratch/role.log"; then
        echo "$1 was not refused as a wrong setting: exit $status" && exit 1
    fi
    b rm "$container" >/dev/null
}

# talk <url>: an account, a room, and a message that is read back.
talk() {
    local token room sent
    post() { curl -fsS --max-time 20 "$1" -H 'content-type: application/json' -H "authorization: Bearer ${token:-}" -d "$2"; }
    token=$(post "$1/api/v1/auth/sign-up" '{"first_name":"Grace","username":"grace.hopper","password":"a long password"}' | jq -er .data.access)
    room=$(post "$1/api/v1/chat/rooms" '{"name":"deck"}' | jq -er .data._id)
    sent=$(post "$1/api/v1/chat/rooms/$room/messages" '{"content":"hello"}' | jq -er .data._id)
    curl -fsS --max-time 20 "$1/api/v1/chat/rooms/$room/messages" -H "authorization: Bearer $token" | jq -e --arg id "$sent" '.data | any(._id == $id and .content == "hello")' >/dev/null
}

# One process of each role, with RabbitMQ, MongoDB and Redis on this machine's loopback, which the images share.
try_cluster() {
    local role port settings containers=() pids=() tries=0
    node tests/cluster/servers.mjs rabbit mongo redis >"$scratch/servers" &
    servers_pid=$!
    until (($(wc -l <"$scratch/servers") == 3)); do
        kill -0 "$servers_pid" 2>/dev/null || { echo "the servers have not started: ./dev setup cluster" && exit 1; }
        ((++tries < 240)) || { echo "the servers are not ready after 120 s" && exit 1; }
        sleep 0.5
    done
    settings=("JWT_SECRET=$(openssl rand -hex 32)" GATEWAY_HOST=127.0.0.1)
    settings+=("$(sed -n 's/^WGW_TEST_RMQ_URL=/RMQ_URL=/p' "$scratch/servers")" "$(sed -n 's/^WGW_TEST_REDIS_URL=/REDIS_URL=/p' "$scratch/servers")")
    port=$(free_port)
    for role in "${roles[@]}"; do
        echo "starting $role"
        if [[ $role == gateway ]]; then
            start "localhost/wegowhere-$role:test" "${settings[@]}" "GATEWAY_PORT=$port" "WGW_ADMIN_PORT=$(free_port)"
        else
            start "localhost/wegowhere-$role:test" "${settings[@]}" "$(sed -n 's/^WGW_TEST_MONGO_URL=/DB_URL=/p' "$scratch/servers")" "WGW_ADMIN_PORT=$(free_port)"
        fi
        containers+=("$container") pids+=("$run_pid")
    done
    for i in "${!roles[@]}"; do
        await_health "${containers[i]}" "${pids[i]}"
    done
    talk "http://127.0.0.1:$port" || { echo "no message through the cluster" && exit 1; }
    for ((i = ${#roles[@]} - 1; i >= 0; --i)); do # the gateway first
        end "${containers[i]}" "${pids[i]}"
    done
    kill -TERM "$servers_pid"
    wait "$servers_pid" || true
    servers_pid=
}

# build_image <image> <role, or nothing> [build argument…], and look what its configuration says.
build_image() {
    local image=$1 role=$2
    shift 2
    build "$image" "$@"
    expect_in "$image" '"User":"10001:10001"' '"Entrypoint":["wegowhere"]' '"Cmd":["serve"]' '"StopSignal":"SIGTERM"' \
        '"Healthcheck":{"Test":["CMD","wegowhere","healthcheck"]' '"GATEWAY_HOST=0.0.0.0"' '"WGW_DATA=/data"' "\"WGW_ROLE=$role\""
}

clean_up
mkdir -p "$scratch"
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >"$scratch/policy.json"
echo "making the base image"
make_base
echo "building the image"
build_image localhost/wegowhere:test ""
try_server localhost/wegowhere:test

for role in "${roles[@]}"; do
    echo "building the image of $role"
    build_image "localhost/wegowhere-$role:test" "$role" --build-arg "SVC=$role"
done
if [[ $with_cluster ]]; then
    try_cluster
else
    for role in "${roles[@]}"; do
        try_refusal "$role"
    done
fi
echo "the images are built, say what they should, start, are healthy, and end with 0"
