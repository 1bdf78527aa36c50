FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY . /src
RUN dotnet publish /src/src/Nirmaan.Web -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /app /app
WORKDIR /app
USER app
# The contracts' addresses are known once they have been deployed.
ENTRYPOINT ["/bin/sh", "-c", "set -a; . /chain/env; exec dotnet Nirmaan.Web.dll"]
