using Nirmaan.Domain.Amounts;

namespace Nirmaan.Domain.Tests.Amounts;

public sealed class IdTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ids_of_one_millisecond_sort_in_the_order_in_which_they_were_made()
    {
        List<Guid> made = [.. Enumerable.Range(0, 5000).Select(_ => OperationId.New(s_now).Value)];
        made.Order().ShouldBe(made);
        made.Select(id => id.ToString()).Order(StringComparer.Ordinal).ShouldBe(made.Select(id => id.ToString()));
    }

    [Fact]
    public void A_later_id_sorts_after_an_earlier_one()
    {
        var earlier = OperationId.New(s_now).Value;
        OperationId.New(s_now.AddMilliseconds(1)).Value.ShouldBeGreaterThan(earlier);
    }

    [Fact]
    public void An_id_is_a_version_7_uuid_of_its_time()
    {
        var id = OperationId.New(s_now).Value;
        (id.Version, id.Variant & 0xC).ShouldBe((7, 8));
        Convert.ToInt64(id.ToString("N")[..12], 16).ShouldBe(s_now.ToUnixTimeMilliseconds());
    }
}
