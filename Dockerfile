# The dashboard and the REST API in one container: docs/containers.md. Nothing is fetched at run time; the embedding model is in the wheel.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE NOTICE app.py ./
COPY .streamlit .streamlit
COPY al_core al_core
COPY examples examples
COPY pages pages
COPY ui ui
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
COPY requirements.txt requirements-postgres.txt /wheels/
COPY --from=build /wheels /wheels
# The exact versions under test, as constraints: the package itself says what it needs.
RUN cd /wheels \
    && pip install --no-cache-dir -c requirements.txt -c requirements-postgres.txt "$(echo al_core-*.whl)[postgres]" \
    && useradd --create-home --uid 10001 al_core \
    && install --directory --owner al_core /data

USER al_core
WORKDIR /data
# site-packages is read-only for this user, so numba keeps the kernels in the user's cache. A machine whose processor
# differs from the one of the build compiles them once more, in the background.
RUN al-core warm
ENV AL_CORE_HOME=/data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=30s --interval=10s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as request; request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["al-core"]
CMD ["dashboard", "--host", "0.0.0.0", "--no-browser"]
