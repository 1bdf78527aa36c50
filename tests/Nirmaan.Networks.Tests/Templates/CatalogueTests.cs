using Nirmaan.Domain.Rewards;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Tests.Templates;

public sealed class CatalogueTests
{
    [Fact]
    public void What_the_catalogue_calls_mined_is_what_templates_ship_for() =>
        NetworkCatalogue.All.Where(n => n.Standing == NetworkStanding.Mined).Select(n => n.Name.ToLowerInvariant()).Order(StringComparer.Ordinal)
            .ShouldBe(Shipped().Select(t => t.Network).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_catalogue_names_at_least_sixteen_networks_once_each_and_a_reason_for_each()
    {
        NetworkCatalogue.All.Count.ShouldBeGreaterThanOrEqualTo(16);
        NetworkCatalogue.All.Select(n => n.Name).ShouldBeUnique();
        NetworkCatalogue.All.ShouldAllBe(n => n.Why.EndsWith('.') && n.PaysFor.Length > 10);
    }

    private static IEnumerable<Nirmaan.Domain.Fleet.Template> Shipped() => typeof(TemplateFile).Assembly.GetManifestResourceNames()
        .Where(n => n.EndsWith(".yaml", StringComparison.Ordinal)).Select(n => TemplateFile.Shipped(n[..^".yaml".Length]));
}
