# The agent in front of a miner: it is the container's first process, answers HTTP from the first second and starts the template's command itself.
ARG BASE
FROM ${BASE}
USER root
# The agent's own needs: certificates and OpenSSL for https. Nothing of it is large.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates openssl && rm -rf /var/lib/apt/lists/*
COPY nirmaan-agent /usr/local/bin/nirmaan-agent
ENV AGENT_PORT=8080 AGENT_STATE_DIR=/var/lib/nirmaan AGENT_WORK_DIR=/app
WORKDIR /app
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/nirmaan-agent"]
# A base's own arguments would be taken for the agent's.
CMD []
