# The mailer in a container: built here, run as nobody in particular, on files that nobody can write.
# docs/going-live.md tells how it is used; compose.yaml puts a database beside it.
FROM python:3.11-slim-bookworm AS build

WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/mailer \
 && /opt/mailer/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
    --requirement requirements.lock
COPY pyproject.toml README.md LICENSE config.toml ./
COPY src src
COPY templates templates
COPY issues issues
COPY subscribers subscribers
# Without the network: what builds the wheel stands in the lock file too.
RUN /opt/mailer/bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-index . \
 && /opt/mailer/bin/pip uninstall --yes hatchling editables setuptools pip

FROM python:3.11-slim-bookworm

RUN useradd --no-log-init --system --uid 10001 --user-group --no-create-home mailer \
 && install --directory --owner mailer --group mailer --mode 750 /workspace
COPY --from=build /opt/mailer /opt/mailer
# The pages are reached from outside the container; /healthz and /metrics are not.
ENV PATH="/opt/mailer/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    MAILER_SITE__LISTEN=0.0.0.0
WORKDIR /workspace
VOLUME /workspace
USER mailer
EXPOSE 8025
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8027/healthz', timeout=4)"]
ENTRYPOINT ["mailer"]
CMD ["run"]
