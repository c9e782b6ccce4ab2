# Regard in production: one image, which serves the site or works the queue (see compose.yaml).
FROM python:3.13-slim-trixie AS packages
COPY requirements.txt .
RUN python -m venv /opt/regard && \
    /opt/regard/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt

FROM python:3.13-slim-trixie
RUN apt-get update && \
    apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --system --create-home --home-dir /srv/regard regard
COPY --from=packages /opt/regard /opt/regard
WORKDIR /app
COPY . .
ENV PATH=/opt/regard/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    REGARD_STATE=/srv/regard \
    BIND=0.0.0.0:8000
# The static files belong to the image: every container of one version serves the same.
RUN SECRET_KEY=none python manage.py collectstatic --no-input --ignore rest_framework && \
    mkdir /srv/regard/files && chown -R regard: /srv/regard
USER regard
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz', timeout=5)"]
# Wrong settings stop the start, with a sentence.
CMD ["sh", "-c", "python manage.py check --deploy --database default && exec gunicorn -c portal/gunicorn.py"]
