namespace Nirmaan.Providers.Ssh;

/// <summary>
/// What runs on a machine. Each text is a constant: nothing of a request is ever part of a command. The request's words come over standard
/// input, one per line in base64, ended by a line with a dot, so that a connection that breaks off in the middle starts nothing. None of
/// the texts may hold a single quote, because ssh hands the whole to the login shell between two of them.
/// </summary>
internal static class SshScripts
{
    /// <summary>The words were cut off: nothing was done.</summary>
    public const int CutOff = 74;

    /// <summary>Somebody else changes something on the machine: nothing was done.</summary>
    public const int Busy = 75;

    /// <summary>A container of that name is there already: nothing was done.</summary>
    public const int Exists = 76;

    /// <summary>A wanted GPU is another container's: nothing was done.</summary>
    public const int Taken = 77;

    /// <summary>There is no container of ours by that name: nothing was done.</summary>
    public const int NoSuch = 78;

    /// <summary>Docker does not answer: nothing was done.</summary>
    public const int NoDocker = 79;

    /// <summary>Names that the texts use themselves: an entry of that name must not be exported.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["l", "v", "whole", "name", "gpus", "used", "g", "s", "old", "ids"];

    /// <summary>Entries of the environment come first, as name=value, ended by an empty line: they are exported and named to docker without their value.</summary>
    private const string Words = """
        set -u; umask 077
        word() { v=$(printf %s "$l" | base64 -d; printf x); v=${v%x}; }
        while IFS= read -r l && [ -n "$l" ]; do [ "$l" != . ] || exit 74; word; export "$v"; done
        set --; whole=
        while IFS= read -r l; do if [ "$l" = . ]; then whole=1; break; fi; word; set -- "$@" "$v"; done
        [ -n "$whole" ] || exit 74
        docker version --format "{{.Server.Version}}" >/dev/null 2>&1 || exit 79

        """;

    private const string Ours = """
        ours() { [ -n "$(docker inspect --format "{{index .Config.Labels \"nirmaan.name\"}}" "$1" 2>/dev/null)" ]; }

        """;

    private const string Lock = """
        exec 9>"${XDG_RUNTIME_DIR:-$HOME}/.nirmaan.lock"; flock -w 5 9 || exit 75

        """;

    /// <summary>Every container of ours as docker describes it, in one JSON list.</summary>
    public const string List = Words + """
        ids=$(docker ps -aq --no-trunc --filter label=nirmaan.name) || exit 1
        if [ -z "$ids" ]; then echo "[]"; else exec docker inspect $ids; fi
        """;

    /// <summary>Words: name, lines.</summary>
    public const string Logs = Words + Ours + """
        ours "$1" || exit 78
        exec docker logs --timestamps --tail "$2" "$1"
        """;

    /// <summary>Words: name, lines, and a time, or nothing: from that time on, else so many of the newest lines; and what is written after them.</summary>
    public const string Follow = Words + Ours + """
        ours "$1" || exit 78
        if [ -n "$3" ]; then set -- "$1" --since "$3"; else set -- "$1" --tail "$2"; fi
        exec docker logs --timestamps --follow "$2" "$3" "$1"
        """;

    /// <summary>Words: name, then one line for the shell in the container. It is a word among words here, so this machine runs nothing of it.</summary>
    public const string Exec = Words + Ours + """
        ours "$1" || exit 78
        exec docker exec "$1" sh -c "$2"
        """;

    /// <summary>Words: name, GPUs, then docker's. Prints the container's id. The lock covers the look and the act.</summary>
    public const string Create = Words + Lock + """
        name=$1; gpus=$2; shift 2
        docker inspect "$name" >/dev/null 2>&1 && exit 76
        used=,$(docker ps -a --filter label=nirmaan.gpus --format "{{.Label \"nirmaan.gpus\"}}" | tr "\n" ",")
        for g in $(printf %s "$gpus" | tr "," " "); do case $used in *,$g,*) exit 77;; esac; done
        docker "$@" 9>&- || { s=$?; docker rm -f "$name" >/dev/null 2>&1; exit $s; }
        """;

    /// <summary>Words: name, then docker's. What ran comes back when the new work does not start.</summary>
    public const string Change = Words + Lock + Ours + """
        name=$1; shift; old=$name.old
        ours "$name" || exit 78
        docker rm -f "$old" >/dev/null 2>&1
        docker stop --time 30 "$name" >/dev/null && docker rename "$name" "$old" || exit 1
        if docker "$@" 9>&-; then docker rm -f "$old" >/dev/null; else
          s=$?; docker rm -f "$name" >/dev/null 2>&1; docker rename "$old" "$name" && docker start "$name" >/dev/null; exit $s
        fi
        """;

    /// <summary>Words: name.</summary>
    public const string Close = Words + Ours + """
        ours "$1" || { docker inspect "$1" >/dev/null 2>&1 && exit 1; exit 78; }
        docker stop --time 30 "$1" >/dev/null; exec docker rm -f "$1"
        """;
}
