#!/usr/bin/env bash
# Plays docker for the adapter of own machines: containers are folders below $NIRMAAN_SHIM/c. Knows only the words that the adapter uses.
set -eu
shim=$NIRMAAN_SHIM
verb=$1
shift

# Does not answer, once, after it has acted.
hang() {
  [[ -e $shim/hang-$1 ]] || return 0
  mv "$shim/hang-$1" "$shim/hanging"
  while [[ -e $shim/hanging ]]; do sleep 0.05; done
}
none() { echo "Error response from daemon: No such container: $1" >&2; exit 1; }
all() { for d in "$shim"/c/*/; do [[ ! -e $d ]] || basename "$d"; done; }
label() { sed -n "s/^$2=//p" "$shim/c/$1/labels"; }
describe() {
  local d=$shim/c/$1 labels='' line ports=''
  while IFS= read -r line; do labels+=${labels:+,}\"${line%%=*}\":\"${line#*=}\"; done <"$d/labels"
  while IFS= read -r line; do ports+=${ports:+,}\"$line/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"$((30000 + line))\"}]; done <"$d/publish"
  printf '{"Id":"%s","Name":"/%s","Created":"%s","State":{"Status":"%s","ExitCode":1,"Error":""},"Config":{"Image":"%s","Labels":{%s}},"NetworkSettings":{"Ports":{%s}}}' \
    "$(cat "$d/id")" "$1" "$(cat "$d/created")" "$(cat "$d/status")" "$(cat "$d/image")" "$labels" "$ports"
}

case $verb in
  version) [[ ! -e $shim/no-daemon ]] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; } ;;
  run)
    echo run >>"$shim/calls"
    printf '%s\n' "$@" >>"$shim/words"
    if [[ -e $shim/fail-run ]]; then
      cat "$shim/fail-run" >&2
      exit 125
    fi
    labels=() env=() publish=() name=
    while (($#)); do
      case $1 in
        --detach) shift; continue ;;
        --name) name=$2 ;;
        --label) labels+=("$2") ;;
        --env) if [[ $2 == *=* ]]; then env+=("$2"); else env+=("$2=${!2}"); fi ;;
        --publish) publish+=("$2") ;;
        --gpus | --restart | --log-opt | --entrypoint) ;;
        --*) echo "unknown flag: $1" >&2; exit 125 ;;
        *) break ;;
      esac
      shift 2
    done
    d=$shim/c/$name
    [[ ! -e $d ]] || { echo "docker: Error response from daemon: Conflict. The container name \"/$name\" is already in use" >&2; exit 125; }
    mkdir -p "$d"
    printf '%s\n' "${labels[@]}" >"$d/labels"
    printf '%s\0' "${env[@]}" >"$d/env"
    ((${#publish[@]} == 0)) || printf '%s\n' "${publish[@]}" >"$d/publish"
    [[ -e $d/publish ]] || : >"$d/publish"
    cat "$shim/now" >"$d/created"
    printf %s "$1" >"$d/image"
    printf %s running >"$d/status"
    sha256sum <<<"$name" | cut -c1-64 | tee "$d/id"
    hang run
    ;;
  ps)
    for name in $(all); do
      if [[ $* == *nirmaan.gpus* ]]; then label "$name" nirmaan.gpus; else cat "$shim/c/$name/id"; fi
    done
    ;;
  inspect)
    if [[ $1 == --format ]]; then
      [[ -e $shim/c/$3 ]] || none "$3"
      label "$3" nirmaan.name
      exit
    fi
    list=''
    for asked in "$@"; do
      found=''
      for name in $(all); do [[ $asked != "$name" && $asked != "$(cat "$shim/c/$name/id")" ]] || found=$name; done
      [[ -n $found ]] || none "$asked"
      list+=${list:+,}$(describe "$found")
    done
    echo "[$list]"
    ;;
  logs)
    at() { date -u -d "$(cat "$d/created") + $1 seconds" +%Y-%m-%dT%H:%M:%S.123456789Z; }
    if [[ $2 == --follow ]]; then
      d=$shim/c/$5
      since='' sent=0
      [[ $3 != --since ]] || since=$4
      printf 'o %s loading the model\no %s serving\ne %s a warning\n' "$(at 1)" "$(at 2)" "$(at 3)" >"$shim/first.$$"
      while [[ -e $d ]]; do
        n=0
        while IFS=' ' read -r kind time text; do
          ((++n > sent)) || continue
          sent=$n
          [[ ! $time < $since ]] || continue
          if [[ -s $shim/break-log ]]; then
            left=$(cat "$shim/break-log")
            printf %s "${left:1}" >"$shim/break-log"
            printf %s "$time ${text:0:2}"
            kill -9 "$PPID"
            exit 1
          fi
          if [[ $kind == o ]]; then echo "$time $text"; else echo "$time $text" >&2; fi
        done < <(cat "$shim/first.$$" "$d/more" 2>/dev/null)
        sleep 0.1
      done
      rm -f "$shim/first.$$"
      exit
    fi
    d=$shim/c/$4
    tail=$3
    ((tail < 3)) || echo "$(at 1) loading the model"
    ((tail < 2)) || echo "$(at 2) serving"
    echo "$(at 3) a warning" >&2
    ;;
  exec)
    [[ -e $shim/c/$1 ]] || none "$1"
    # The words behind it are the container's: here this machine is it.
    shift
    exec "$@"
    ;;
  stop | start)
    name=${!#}
    [[ -e $shim/c/$name ]] || none "$name"
    if [[ $verb == stop ]]; then printf exited >"$shim/c/$name/status"; else printf running >"$shim/c/$name/status"; fi
    ;;
  rename) mv "$shim/c/$1" "$shim/c/$2" ;;
  rm)
    [[ -e $shim/c/$2 ]] || none "$2"
    rm -r "$shim/c/$2"
    hang rm
    ;;
  *) echo "docker: '$verb' is not a docker command" >&2; exit 1 ;;
esac
