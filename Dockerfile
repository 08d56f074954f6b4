# The lab as a container: slim, not root, offline once it runs. docs/deploy.md says how to use it.
FROM python:3.11-slim

WORKDIR /lab

# What visitors' reports need: queue, run store, waiting zips, the worker's log. Nothing else is written.
# The container ends with its server, so the worker is told to give its job back first.
ENV HOME=/lab/home \
    FACEMASK_MODE=public \
    FACEMASK_HOME=/lab/home/store \
    FACEMASK_STOP_WORKER=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN mkdir -m 0777 home

# Alone, so that a change of the lab itself installs nothing anew. A file with another hash is refused.
COPY deploy/requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY .streamlit ./.streamlit
COPY assets/films ./assets/films
COPY assets/models ./assets/models
COPY assets/printable_masks ./assets/printable_masks
COPY assets/reports ./assets/reports
COPY assets/samples ./assets/samples
COPY facemask_core ./facemask_core
COPY facemask_ui ./facemask_ui
COPY pages ./pages
COPY app.py LICENSE ./

USER 1000:1000
VOLUME ["/lab/home"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
# Inside the container every address is the host's to publish or not. The names it answers to are those
# in .streamlit/config.toml, unless STREAMLIT_SERVER_ALLOWED_HOSTS names others.
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0"]
