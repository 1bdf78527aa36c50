using System.Text.Json.Nodes;

namespace Nirmaan.Cli.Tests.Files;

/// <summary>Two epochs of a day each with three stakers, made by <c>nirmaan distribute</c> itself.</summary>
internal sealed class Epochs : IDisposable
{
    public const string Ann = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
    public const string Bob = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    public const string Eve = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";

    // Ann leaves before the second day; Eve's one unit is worth nothing of the second pool.
    public const string StakesText = $"""
        time,account,delta
        2026-03-01T00:00:00Z,{Bob},100
        2026-03-01T12:00:00Z,{Ann},300
        2026-03-01T18:00:00Z,{Eve},1
        2026-03-02T00:00:00Z,{Ann},-300

        """;

    private readonly TempFolder _folder = new();

    public string Stakes => _folder.Of("stakes.csv");
    public string First => _folder.Of("first.json");
    public string Second => _folder.Of("second.json");

    public static async Task<Epochs> MakeAsync()
    {
        var epochs = new Epochs();
        epochs.Write("stakes.csv", StakesText);
        epochs.Write("first.json", (await epochs.DistributeAsync(1, "100000000")).Out);
        epochs.Write("second.json", (await epochs.DistributeAsync(2, "3", "--previous", epochs.First)).Out);
        return epochs;
    }

    /// <summary>Distributes a day of March.</summary>
    public Task<Said> DistributeAsync(int day, string pool, params string[] more) =>
        Run.NirmaanAsync(["distribute", Stakes, "--from", $"2026-03-0{day}T00:00:00Z", "--to", $"2026-03-0{day + 1}T00:00:00Z", "--pool", pool, "--asset", "MOR", .. more]);

    /// <summary>Writes another file beside these.</summary>
    public string Write(string name, string text) => _folder.Write(name, text);

    /// <summary>A copy of a distribution with something changed.</summary>
    public string Forge(string file, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json);
        return Write("forged.json", json.ToJsonString());
    }

    public void Dispose() => _folder.Dispose();
}
