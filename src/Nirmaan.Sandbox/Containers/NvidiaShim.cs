using System.Globalization;
using World = Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Containers;

/// <summary>A script named <c>nvidia-smi</c> that answers for the card in the machine, to be found first on a real container's PATH.</summary>
internal static class NvidiaShim
{
    private const string Driver = "550.90.07";
    private const string Cuda = "12.4";

    /// <summary>Writes the script into a folder.</summary>
    /// <param name="folder">Folder that PATH begins with.</param>
    /// <param name="gpu">The card.</param>
    /// <param name="count">How many of them.</param>
    public static void Write(string folder, World.Gpu gpu, int count)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "nvidia-smi");
        File.WriteAllText(path, Script(gpu, count));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
        SetLoad(folder, 0);
    }

    /// <summary>Sets the utilisation that the script shows, percent.</summary>
    public static void SetLoad(string folder, int percent) => File.WriteAllText(Path.Combine(folder, "load"), percent.ToString(CultureInfo.InvariantCulture));

    private static string Script(World.Gpu gpu, int count) => $$"""
        #!/bin/sh
        # Plays the driver's tool for {{count}} x {{gpu.Name}} in a simulated machine; the file "load" beside it holds the utilisation in percent.
        load=$(cat "$(dirname "$0")/load" 2>/dev/null || echo 0)
        fields=; header=1; units=1
        for word in "$@"; do
          case "$word" in
            --query-gpu=*) fields=${word#--query-gpu=} ;;
            --format=*) case "$word" in *noheader*) header=0 ;; esac; case "$word" in *nounits*) units=0 ;; esac ;;
            -L|--list-gpus)
              i=0; while [ $i -lt {{count}} ]; do echo "GPU $i: {{gpu.Name}} (UUID: GPU-00000000-0000-4000-8000-00000000000$i)"; i=$((i+1)); done
              exit 0 ;;
          esac
        done
        with() { if [ $units = 1 ]; then echo "$1 $2"; else echo "$1"; fi; }
        value() {
          case "$1" in
            index) echo "$2" ;;
            count) echo {{count}} ;;
            name|gpu_name) echo "{{gpu.Name}}" ;;
            uuid|gpu_uuid) echo "GPU-00000000-0000-4000-8000-00000000000$2" ;;
            driver_version) echo "{{Driver}}" ;;
            memory.total) with {{gpu.MemoryMb}} MiB ;;
            memory.used) if [ "$load" -gt 0 ]; then with {{(int)(gpu.MemoryMb * 0.62)}} MiB; else with 3 MiB; fi ;;
            memory.free) if [ "$load" -gt 0 ]; then with {{gpu.MemoryMb - (int)(gpu.MemoryMb * 0.62)}} MiB; else with {{gpu.MemoryMb - 3}} MiB; fi ;;
            utilization.gpu) with "$load" % ;;
            temperature.gpu) echo $((34 + 42 * load / 100)) ;;
            power.draw) with $(({{gpu.Watts}} * (8 + 84 * load / 100) / 100)).00 W ;;
            power.limit) with {{gpu.Watts}}.00 W ;;
            *) echo "[N/A]" ;;
          esac
        }
        if [ -n "$fields" ]; then
          [ $header = 1 ] && echo "$fields" | sed 's/,/, /g'
          i=0
          while [ $i -lt {{count}} ]; do
            row=
            for field in $(echo "$fields" | tr ',' ' '); do row="${row:+$row, }$(value "$field" $i)"; done
            echo "$row"
            i=$((i+1))
          done
          exit 0
        fi
        echo "+-----------------------------------------------------------------------------------------+"
        echo "| NVIDIA-SMI {{Driver}}              Driver Version: {{Driver}}      CUDA Version: {{Cuda}}     |"
        echo "+-----------------------------------------------------------------------------------------+"
        """.ReplaceLineEndings("\n") + "\n";
}
