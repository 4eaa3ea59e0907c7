# Serves the settings mounted at /config, keeps everything in /data. Works with a read-only root:
#   docker run --read-only -v ./config:/config:ro -v ./articles:/articles:ro -v gazette:/data \
#     -p 127.0.0.1:8080:8080 gazette
# The demo newsroom, without any settings:
#   docker run -p 127.0.0.1:8080:8080 gazette run --listen 0.0.0.0:8080

# A tag here; a release pins the digest.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements requirements
RUN ["python", "-m", "venv", "--without-pip", "/opt/gazette"]
RUN ["pip", "--python", "/opt/gazette", "install", "--require-hashes", "-r", "requirements/run.txt"]
RUN ["pip", "install", "--require-hashes", "-r", "requirements/build.txt"]
COPY pyproject.toml README.md LICENSE ./
COPY config/demo config/demo
COPY bot bot
RUN ["pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "/wheels", "."]
RUN ["pip", "--python", "/opt/gazette", "install", "--no-deps", "--no-index", "--find-links", "/wheels", "gazette-digest"]

FROM python:3.13-slim
# git, for sources that are repositories
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/gazette /opt/gazette
# TMPDIR: with a read-only root /data is the one place that can be written.
ENV PATH=/opt/gazette/bin:$PATH HOME=/data TMPDIR=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN ["install", "-d", "-o", "65532", "-g", "65532", "/config", "/data"]
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# http.client, since urllib would ask the proxy of HTTP_PROXY for 127.0.0.1.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=4); c.request('GET', '/livez'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["gazette"]
# The settings are named, so that a forgotten mount is an error and never the demo.
CMD ["run", "--config", "/config/gazette.yaml", "--listen", "0.0.0.0:8080"]
