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
    private const decimal DefaultUsdPerGpuHour = 1m;

    public static readonly Command Sdl = new(
        "sdl", "sdl template.yaml [--gpu ID] [--max-usd-per-gpu-hour X]", """
        Prints the Akash SDL by which a template's miner would be rented.
        The GPU is rtx-a6000 and the ceiling 1 USD per GPU and hour unless told otherwise. What only a launch knows is left out: secrets, the
        payout address, the control plane's address.
        """, ["gpu", "max-usd-per-gpu-hour"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var path = arguments.Only("template.yaml");
        var text = await TextFile.ReadAsync(path, terminal, cancellationToken);
        try
        {
            var template = TemplateFile.Read(path, text);
            var gpu = new GpuModel(arguments.Find("gpu") ?? DefaultGpu);
            var facts = GpuCatalogue.Find(gpu) ?? throw FailureException.BadInput("--gpu", $"'{gpu}'", string.Join(", ", GpuCatalogue.All.Select(g => g.Model.Id)));
            if (facts.VramGb < template.Needs.MinVramGb) { throw FailureException.BadInput("--gpu", $"{gpu} has {facts.VramGb} GB", $"at least the template's needs.minVramGb, {template.Needs.MinVramGb}"); }
            var ceiling = arguments.Number("max-usd-per-gpu-hour") ?? DefaultUsdPerGpuHour;
            if (ceiling <= 0) { throw FailureException.BadInput("--max-usd-per-gpu-hour", $"{ceiling}", "more than 0"); }
            var wish = new InstanceWish(SupplierName.Akash, gpu, template.Needs.Gpus, null, null, null, ceiling, 1);
            terminal.Out.Write(AkashSdl.Write(new RentRequest($"{template.Name}-v{template.Version}", wish, template, template.Env)));
            return Exit.Done;
        }
        catch (TemplateFileException e) { throw FailureException.BadInput(e.Message, e); }
        catch (AkashSdlException e) { throw FailureException.Wrong($"{path}: {e.Message}"); }
    }
}
