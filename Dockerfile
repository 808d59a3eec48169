# The image of action.yml: Debian 12, so that the cross compiler is the one of the baseline.
# It stands in the root because an action's build context is the folder of its Dockerfile.
FROM debian:12-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

COPY . /opt/tflm-harness
RUN python3 -m venv /opt/harness \
    && /opt/harness/bin/pip install --no-cache-dir /opt/tflm-harness
ENV PATH=/opt/harness/bin:$PATH

RUN harness doctor --install && rm -rf /var/lib/apt/lists/*

ENTRYPOINT ["/opt/tflm-harness/.github/action/entrypoint.sh"]
