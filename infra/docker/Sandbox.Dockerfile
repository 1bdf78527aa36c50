FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY . /src
RUN dotnet publish /src/src/Nirmaan.Sandbox -c Release -o /app && dotnet publish /src/src/Nirmaan.Agent -c Release -r linux-x64 -o /agent

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
COPY --from=build /agent/nirmaan-agent /usr/local/bin/
ENV Sandbox__AgentPath=/usr/local/bin/nirmaan-agent Sandbox__WorkFolder=/tmp/sandbox
WORKDIR /app
USER app
# Seven virtual days are played before now; the contracts' addresses are known once they have been deployed.
ENTRYPOINT ["/bin/sh", "-c", "set -a; . /chain/env; Sandbox__Start=$(date -u -d '7 days ago' +%Y-%m-%dT%H:00:00Z); exec dotnet Nirmaan.Sandbox.dll"]
