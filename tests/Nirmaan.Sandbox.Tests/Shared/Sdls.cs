namespace Nirmaan.Sandbox.Tests.Shared;

/// <summary>SDLs that tests deploy.</summary>
internal static class Sdls
{
    /// <summary>A plain miner on one GPU of a model, with a price ceiling in uact per block.</summary>
    public static string Miner(string model = "rtxa6000", string image = "ghcr.io/nirmaan/miner:1.0.0", decimal ceiling = 5000,
        string expose = "[{ port: 8080, as: 80, to: [{ global: true }] }]",
        int count = 1, int gpus = 1, IEnumerable<KeyValuePair<string, string>>? env = null) => $$"""
        version: "2.0"
        services:
          miner:
            image: {{image}}
            env: [{{string.Join(", ", (env ?? [KeyValuePair.Create("WORKER", "one")]).Select(e => $"'{e.Key}={e.Value.Replace("'", "''", StringComparison.Ordinal)}'"))}}]
            expose: {{expose}}
        profiles:
          compute:
            miner:
              resources:
                cpu: { units: 4 }
                memory: { size: 16Gi }
                storage: { size: 64Gi }
                gpu: { units: {{gpus}}, attributes: { vendor: { nvidia: [{ model: {{model}} }] } } }
          placement:
            akash:
              pricing:
                miner: { denom: uact, amount: {{ceiling.ToString(System.Globalization.CultureInfo.InvariantCulture)}} }
        deployment:
          miner:
            akash: { profile: miner, count: {{count}} }
        """;
}
