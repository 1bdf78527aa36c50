using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Nirmaan.Cli.Files;
using Nirmaan.Control.Fleet;

namespace Nirmaan.Cli.Commands;

internal static class PayoutCommand
{
    private const string ATime = "a time such as 2026-01-01T00:00:00Z";

    public static readonly Command Payout = new(
        "payout", "payout sign --settings FILE --at TIME | payout check --settings FILE", """
        Prints the payout list as the text that an admin's wallet signs, or checks its signature.
        The list is the section Payout of the host's settings (JSON; - is standard input). No key is asked for: the text goes to a wallet
        (personal_sign, EIP-191), and its answer with the signer's address and the same time into the section PayoutList.
        check: exit 1 = the signature does not fit the list, so nothing would be launched.
        """, ["settings", "at"], [], RunAsync);

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var verb = arguments.Only("sign or check");
        if (verb is not ("sign" or "check")) { throw FailureException.BadInput("payout", $"'{verb}'", "sign or check"); }
        if (verb == "check" && arguments.Find("at") is not null) { throw FailureException.BadInput("--at", "not an option of check", "the time in PayoutList:SignedAt"); }
        var settings = await SettingsAsync(arguments.Need("settings", "the host's settings as a JSON file"), terminal, cancellationToken);
        var list = settings.GetSection("Payout").Get<PayoutOptions>() ?? new();
        return verb == "sign" ? Sign(list, arguments, terminal) : Check(list, settings.GetSection("PayoutList").Get<PayoutListOptions>() ?? new(), terminal);
    }

    private static int Sign(PayoutOptions list, Arguments arguments, Terminal terminal)
    {
        if (list.Count == 0) { throw FailureException.BadInput("Payout", "no addresses", "at least one network with an address"); }
        var time = arguments.Need("at", ATime);
        if (PayoutSigning.ReadTime(time) is not { } at) { throw FailureException.BadInput("--at", $"'{time}'", ATime); }
        // No newline behind it: it would be part of what is signed.
        try { terminal.Out.Write(PayoutSigning.TextOf(list, at)); }
        catch (FormatException e) { throw FailureException.BadInput(e.Message, e); }
        return Exit.Done;
    }

    private static int Check(PayoutOptions list, PayoutListOptions options, Terminal terminal)
    {
        var signing = PayoutSigning.Of(list, options);
        if (signing.Fault is { } fault) { throw FailureException.Wrong(fault); }
        terminal.Out.WriteLine($"Signed by {signing.Signer} at {options.SignedAt}: {string.Join(", ", list.Select(n => $"{n.Key} {n.Value.Length}"))}.");
        return Exit.Done;
    }

    private static async Task<IConfiguration> SettingsAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var text = await TextFile.ReadAsync(file, terminal, cancellationToken);
        try { return new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build(); }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException) { throw FailureException.BadInput($"--settings: {file}: {(e.InnerException ?? e).Message}", e); }
    }
}
