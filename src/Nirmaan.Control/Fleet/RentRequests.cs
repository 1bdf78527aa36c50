using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Uptime;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Control.Fleet;

/// <summary>Everything that goes into a rented container: the template's environment, the network's identity, and what the agent needs to report home.</summary>
public sealed class RentRequests(NetworkShelf networks, MinerTokens tokens, IOptions<FleetOptions> options)
{
    // Non-ASCII and quotes stay readable, null is left out: suppliers limit the size of an environment entry.
    private static readonly JsonSerializerOptions s_templateJson = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The request for an instance that is to run a miner. The token in it is a secret: never logged, never stored.</summary>
    /// <param name="name">The operation's name, by which the supplier and the container show whose it is.</param>
    public RentRequest For(string name, InstanceWish wish, Miner miner)
    {
        var template = networks.TemplateOf(miner.Workload);
        if (wish.Resources is { } resources) { template = template with { Needs = resources.Over(template.Needs) }; }
        var identity = networks.Get(miner.Network).IdentityOf(miner.Id, template, miner.PayoutAddress);
        var env = new Dictionary<string, string>(template.Env, StringComparer.Ordinal);
        foreach (var (key, value) in identity.Env) { env[key] = value; }
        env["AGENT_CONTROL_URL"] = options.Value.ControlUrl.ToString().TrimEnd('/');
        env["AGENT_TOKEN"] = tokens.For(miner.Id);
        env["AGENT_TEMPLATE"] = JsonSerializer.Serialize(template, s_templateJson);
        env["AGENT_PORT"] = options.Value.AgentPort.ToString(CultureInfo.InvariantCulture);
        env["AGENT_EXPECTED_GPU"] = wish.Gpu.Id;
        env["NIRMAAN_OPERATION"] = name;
        return new RentRequest(name, wish, template, env);
    }

    /// <summary>What of a miner's environment must never be shown: the values of its template's secrets, and its token.</summary>
    public IEnumerable<string> SecretsOf(Miner miner)
    {
        var template = networks.TemplateOf(miner.Workload);
        var identity = networks.Get(miner.Network).IdentityOf(miner.Id, template, miner.PayoutAddress);
        return template.SecretEnv.Select(name => identity.Env.GetValueOrDefault(name) ?? template.Env.GetValueOrDefault(name)).OfType<string>().Append(tokens.For(miner.Id));
    }
}
