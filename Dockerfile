# virtgraph: one image for the API and for the collector. It holds no MongoDB; docker-compose.yml brings one beside it.
FROM python:3.13-slim-trixie AS build

# The newest of the release: the suite is pinned by the base image, and a fixed version would soon be gone from it.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libvirt-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /build
RUN python -m venv /opt/virtgraph
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE ./
COPY schema schema
COPY loaders loaders
COPY server server
RUN /opt/virtgraph/bin/pip install --no-cache-dir --prefer-binary -c constraints.txt .


FROM python:3.13-slim-trixie

# openssh-client is what qemu+ssh:// connections run.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libvirt0 openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/virtgraph --create-home virtgraph

COPY --from=build /opt/virtgraph /opt/virtgraph
ENV PATH=/opt/virtgraph/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /var/lib/virtgraph
USER 10001
ENTRYPOINT ["virtgraph"]
CMD ["serve"]
