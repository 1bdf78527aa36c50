using System.Globalization;
using System.Numerics;
using Nirmaan.Sandbox.World;

namespace Nirmaan.Sandbox.Networks.Morpheus;

/// <summary>
/// The other providers: six to ten of them offer each model name, each with its own number of slots, at prices around 1.7 dollars an hour
/// of use that they change a few times a day.
/// </summary>
internal sealed class Rivals(MorpheusBook book, Agenda agenda, SandboxClock clock, Seed seed)
{
    private const int All = 10;
    private const double MedianPrice = 1.5e14;
    private static readonly string[] s_names = ["basalt", "juniper", "kestrel", "monsoon", "obsidian", "saffron", "thicket", "umber", "verdant", "willow"];
    private readonly Dictionary<string, int> _slots = [];
    private readonly HashSet<string> _markets = [];

    /// <summary>The names that somebody offered before our provider came.</summary>
    public static IReadOnlyList<string> FirstNames { get; } = ["Hermes-3-Llama-3.1-8B", "Mistral-7B-Instruct-v0.3", "Llama-3.3-70B-Instruct"];

    /// <summary>The rivals register, and bid on the first names.</summary>
    public void Begin()
    {
        for (var i = 0; i < All; i++)
        {
            var chance = seed.For($"morpheus:rival:{i}");
            book.Register(Address(i), MorpheusRules.Mor * chance.Next(20, 4000), $"{s_names[i]}.morpheus.sandbox:3333");
        }
        foreach (var name in FirstNames) { Offer(name); }
    }

    /// <summary>Rivals offer a model name, if they do not yet.</summary>
    public void Offer(string name)
    {
        if (!_markets.Add(name)) { return; }
        var chance = seed.For("morpheus:rivals:" + name);
        var many = chance.Next(6, All + 1);
        foreach (var i in Enumerable.Range(0, All).OrderBy(_ => chance.Next()).Take(many).Order())
        {
            var baseId = "0x" + chance.NextInt64().ToString("x64", CultureInfo.InvariantCulture);
            var model = book.RegisterModel(Address(i), baseId, "0x" + new string('0', 64), 0, MorpheusRules.Mor, name, ["LLM", "sandbox"]);
            _slots[model.Id] = chance.Next(2, 7);
            var price = MedianPrice * Math.Exp(0.3 * Normal(chance));
            Post(model, price);
            EnterNextPrice(model, price, price, chance);
        }
    }

    /// <summary>Sessions the owner of a rival's model takes at a time; 0 for a model that is none of theirs.</summary>
    public int Slots(string modelId) => _slots.GetValueOrDefault(modelId);

    /// <summary>The dearest live bid of a rival on the name moves to <paramref name="price"/>; false when there is none.</summary>
    public bool Undercut(string name, BigInteger price)
    {
        var dearest = book.Bids(b => b.DeletedAt == 0 && _slots.ContainsKey(b.ModelId) && book.ModelOf(b.ModelId)!.Name == name).MaxBy(b => b.PricePerSecond);
        if (dearest is null) { return false; }
        book.Post(dearest.Provider, dearest.ModelId, price);
        return true;
    }

    private void EnterNextPrice(Model model, double first, double price, Random chance) =>
        agenda.At(clock.GetUtcNow() + TimeSpan.FromHours(4 + 8 * chance.NextDouble()), "a Morpheus rival changes its price", _ =>
        {
            // Half-way back to where it started, then a step: rivals wander, they do not run away.
            var next = Math.Sqrt(price * first) * Math.Exp(0.08 * Normal(chance));
            Post(model, next);
            EnterNextPrice(model, first, next, chance);
            return Task.CompletedTask;
        });

    private void Post(Model model, double price) =>
        book.Post(model.Owner, model.Id, BigInteger.Clamp(new BigInteger(price), MorpheusRules.MinBidPrice, MorpheusRules.MaxBidPrice));

    private string Address(int i) =>
        "0x" + Convert.ToHexStringLower(seed.For($"morpheus:rival-address:{i}").GetItems(Enumerable.Range(0, 256).Select(b => (byte)b).ToArray(), 20));

    private static double Normal(Random chance) => Math.Sqrt(-2 * Math.Log(1 - chance.NextDouble())) * Math.Cos(2 * Math.PI * chance.NextDouble());
}
