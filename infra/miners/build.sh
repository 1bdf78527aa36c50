#!/usr/bin/env bash
# Builds the templates' images: bash infra/miners/build.sh [--print] [--push] [template ...]
#   --print  prints the commands and runs none; --push  pushes what was built
# Weights are never part of an image: the miner fetches them after its start, behind an agent that answers already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

heurist=https://github.com/heurist-network/miner-release commit=3501085 vllm=docker.io/vllm/vllm-openai:v0.6.3
print=false push=false names=()
for word in "$@"; do
  case $word in
    --print) print=true ;;
    --push) push=true ;;
    -*) echo "build: unknown option $word; expected --print or --push" >&2; exit 2 ;;
    *) names+=("$word") ;;
  esac
done
((${#names[@]})) || names=(heurist-sd heurist-llm morpheus-llm)
run() { if $print; then echo "$*"; else "$@"; fi; }
$print || command -v docker >/dev/null || { echo "build: docker is missing; with --print the commands are shown" >&2; exit 3; }

context=artifacts/miners
run dotnet publish src/Nirmaan.Agent -c Release -r linux-x64 -v q --nologo -o "$context"
for name in "${names[@]}"; do
  template=src/Nirmaan.Networks/Templates/$name.yaml
  [[ -f $template ]] || { echo "build: no template $name; expected a name of src/Nirmaan.Networks/Templates" >&2; exit 2; }
  image=$(sed -n 's/^image: *//p' "$template")
  case $name in
    # Its own Dockerfile, at the commit that the template was written for.
    heurist-sd) base=nirmaan-base/$name:$commit; run docker build -t "$base" "$heurist.git#$commit" ;;
    heurist-llm) base=nirmaan-base/$name:$commit; run docker build -t "$base" --build-arg "COMMIT=$commit" infra/miners/heurist-llm ;;
    morpheus-llm) base=$vllm ;;
    *) echo "build: no recipe for $name" >&2; exit 2 ;;
  esac
  run docker build -t "$image" --build-arg "BASE=$base" -f infra/miners/agent.Dockerfile "$context"
  # Akash gives a container about eight minutes from lease to answer, the pull included.
  run docker image inspect --format "$image: {{.Size}} bytes unpacked" "$image"
  if $push; then run docker push "$image"; fi
done
