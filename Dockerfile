# syntax=docker/dockerfile:1
# One recipe, one image a service: docker build --build-arg SERVICE=review -t handraise-review .
# With --build-arg WITH=tracing it can say to OpenTelemetry what becomes of each event.
FROM python:3.13-slim-trixie AS build
ARG SERVICE
ARG WITH
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv /venv
COPY pyproject.toml constraints.txt README.md ./
COPY shared shared
COPY services services
COPY handraise handraise
RUN test -n "$SERVICE" \
    && /venv/bin/pip install -c constraints.txt ".[${SERVICE}${WITH:+,$WITH}]" \
    && /venv/bin/pip uninstall --yes pip \
    && find /venv -type d -name tests -prune -exec rm -r {} +

FROM python:3.13-slim-trixie
ARG SERVICE
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SERVICE=$SERVICE \
    HANDRAISE_HOST=0.0.0.0 \
    HANDRAISE_DATA_DIR=/data \
    HANDRAISE_REVIEW_PORT=8080 \
    HANDRAISE_SCORER_PORT=8080 \
    HANDRAISE_RETRAINER_PORT=8080
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin handraise \
    && install -d -o handraise -g handraise /data
COPY --from=build /venv /venv
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health/ready', timeout=2)"]
CMD ["sh", "-c", "exec python -m services.$SERVICE"]
