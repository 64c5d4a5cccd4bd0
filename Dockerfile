# One image for every service of docker-compose.yml: Airflow, the jobs, the storefront and the sample store.
FROM python:3.11.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/stockroom/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/stockroom/plugins

WORKDIR /opt/stockroom

# Before the code, so that a change of code installs nothing again.
COPY requirements-setup.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-setup.txt \
    && UV_COMPILE_BYTECODE=1 uv pip install --system --no-cache --require-hashes -r requirements.txt

COPY pyproject.toml requirements.in ./
COPY include include
COPY dags dags
COPY plugins plugins
COPY dbt_project dbt_project
RUN uv pip install --system --no-cache --no-deps --no-build-isolation --editable . \
    && useradd --uid 50000 --create-home stockroom \
    && mkdir -p /opt/airflow/logs /var/lib/stockroom \
    && chown -R stockroom /opt/airflow /var/lib/stockroom

USER stockroom
CMD ["stockroom", "--help"]
