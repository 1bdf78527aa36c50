using Nirmaan.Cli.Files;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;
using Nirmaan.Networks.Templates;
using Nirmaan.Providers.Akash;

namespace Nirmaan.Cli.Commands;

internal static class SdlCommand
{
    private const string DefaultGpu = "rtx-a6000";

    public static readonly Command Sdl = new(
        "sdl", "sdl template.yaml [--gpu ID] [--max-usd-per-gpu-hour X]", "prints the Akash SDL by which a template's miner would be rented (rtx-a6000, $1 unless told otherwise)", ["gpu", "max-usd-per-gpu-hour"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("template.yaml");
        var text = await TextFile.ReadAsync(path, terminal, cancellationToken);
        try
        {
            var template = TemplateFile.Read(path, text);
            var gpu = new GpuModel(arguments.Find("gpu") ?? DefaultGpu);
            if (GpuCatalogue.Find(gpu) is null) { throw FailureException.BadInput("--gpu", $"'{gpu}'", string.Join(", ", GpuCatalogue.All.Select(g => g.Model.Id))); }
            var wish = new InstanceWish(SupplierName.Akash, gpu, template.Needs.Gpus, null, null, null, arguments.Number("max-usd-per-gpu-hour") ?? 1m, 1);
            terminal.Out.Write(AkashSdl.Write(new RentRequest($"{template.Name}-v{template.Version}", wish, template, template.Env)));
            return Exit.Done;
        }
        catch (TemplateFileException e) { throw FailureException.BadInput(e.Message, e); }
        catch (AkashSdlException e) { throw FailureException.Wrong($"{path}: {e.Message}"); }
    }
}
