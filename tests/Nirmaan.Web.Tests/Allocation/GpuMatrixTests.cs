using Nirmaan.Domain.Allocation;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Allocation;

namespace Nirmaan.Web.Tests.Allocation;

public sealed class GpuMatrixTests : BunitContext
{
    private static Assignment Put(string item, string workload, int count) => new(item, "akash", "rtx-a6000", workload, count, 0.4m);

    [Fact]
    public void What_goes_and_what_comes_within_one_cell_does_not_cancel_out()
    {
        var matrix = GpuMatrix.Of([Put("held", "texts", 3)], [Put("free", "texts", 3)]);
        Render<MatrixTable>(p => p.Add(t => t.Matrix, matrix).Add(t => t.Caption, "GPUs")).FindAll("td")[0].TextContent.ShouldContain("\u22123 +3");
    }

    [Fact]
    public void A_switch_goes_and_comes_in_its_rows_and_not_in_their_column()
    {
        var matrix = GpuMatrix.Of([Put("held", "texts", 3)], [Put("held", "images", 2), Put("held", "texts", 1)]);
        (matrix.OutOf("texts", "rtx-a6000"), matrix.InOf("images", "rtx-a6000")).ShouldBe((2, 2));
        (matrix.OutOf(null, "rtx-a6000"), matrix.InOf(null, null)).ShouldBe((0, 0));
    }
}
