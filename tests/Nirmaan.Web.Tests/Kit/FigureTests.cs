using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Tests.Kit;

public sealed class FigureTests : BunitContext
{
    [Fact]
    public void An_unknown_price_is_the_word_unknown_and_never_zero() =>
        Render<Usd>(p => p.Add(u => u.Amount, null)).Find("span").TextContent.ShouldBe("unknown");
}
