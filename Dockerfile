# The server as an image:  docker build -t wegowhere .
# One role of a cluster:   docker build -t wegowhere-chat --build-arg SVC=chat .
# Any builder will do, BuildKit or not; ./dev image builds and tries it without a container engine.
ARG BASE=debian:bookworm-slim
ARG SVC=

FROM ${BASE} AS build
WORKDIR /src
COPY dev ./
RUN ./dev setup build
COPY . .
RUN ./dev build wegowhere && strip build/wegowhere

FROM ${BASE}
LABEL org.opencontainers.image.title="WeGoWhere Chat" \
      org.opencontainers.image.description="A real-time chat server: Socket.IO and REST, one binary, an embedded store" \
      org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcrypt1 libhiredis0.14 libmongoc-1.0-0 librabbitmq4 libsodium23 libspdlog1.10 libsqlite3-0 libssl3 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/wegowhere /usr/local/bin/wegowhere

# The images of all roles share what is above. What is below needs a RUN: buildah and podman would take an image of another
# role from their cache, which knows ENV by its text and only RUN by the value of the argument.
ARG SVC
RUN install -d -m 0700 -o 10001 -g 10001 /data
# Inside a container localhost would be reached by nobody. The admin listener stays on it, for the health check.
ENV GATEWAY_HOST=0.0.0.0 WGW_DATA=/data WGW_ROLE=${SVC}
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["wegowhere", "healthcheck"]
ENTRYPOINT ["wegowhere"]
CMD ["serve"]
