using Nirmaan.Agent.Gpu;

namespace Nirmaan.Agent.Tests;

public sealed class MachineTests
{
    private const string A6000 = "0, NVIDIA RTX A6000, 550.54.15, 49140, 97, 71, 31022, 291.33";

    private static Dictionary<string, object> Needs(object needs) => new() { ["needs"] = needs };

    [Fact]
    public async Task The_right_machine_is_told_with_driver_and_cuda()
    {
        await using var run = new AgentRun().WithGpu(A6000).With("AGENT_EXPECTED_GPU", "rtx-a6000")
            .WithMiner("exec sleep 600", more: Needs(new { gpus = 1, minVramGb = 48, cudaMin = "12.1" })).Start();
        var status = await run.UntilAsync(s => s.State == "serving");
        status.Machine.ShouldSatisfyAllConditions(
            m => m.Check.ShouldBe("matched"),
            m => m.DriverVersion.ShouldBe("550.54.15"),
            m => m.CudaVersion.ShouldBe("12.4"),
            m => m.Gpus!.Single().MemoryTotalMb.ShouldBe(49140));
    }

    [Theory]
    [InlineData("0, NVIDIA RTX A4000, 550.54.15, 16376, 0, 30, 0, 20", "GPU 0 is 'NVIDIA RTX A4000', rented was rtx-a6000")]
    [InlineData("0, NVIDIA RTX A6000, 550.54.15, 24564, 0, 30, 0, 20", "GPU 0 has 24564 MiB of memory, needs 48 GB")]
    public async Task A_wrong_machine_starts_nothing_and_says_why(string gpu, string why)
    {
        await using var run = new AgentRun().WithGpu(gpu).With("AGENT_EXPECTED_GPU", "rtx-a6000")
            .WithMiner("touch started; exec sleep 600", more: Needs(new { gpus = 1, minVramGb = 48 })).Start();
        var status = await run.UntilAsync(s => s.State == "failed");
        status.Reason.ShouldBe($"wrong machine: {why}.");
        status.Machine.Check.ShouldBe("mismatch");
        File.Exists(Path.Combine(run.Folder, "started")).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_nvidia_smi_the_gpu_is_unknown_and_not_zero()
    {
        await using var plane = await ControlPlane.StartAsync();
        await using var run = new AgentRun().With(plane).WithMiner("exec sleep 600", more: Needs(new { gpus = 1, minVramGb = 48 })).Start();
        var status = await run.UntilAsync(s => s.State == "serving");
        status.Machine.ShouldSatisfyAllConditions(m => m.Check.ShouldBe("unknown"), m => m.Gpus.ShouldBeNull(), m => m.CudaVersion.ShouldBeNull());
        status.Warnings.ShouldContain("nvidia-smi is not there, so GPU, driver and CUDA are unknown");
        await AgentRun.UntilAsync(() => plane.Taken.Count > 0);
        plane.Taken[0].Gpus.ShouldBeNull();
        (await run.GetAsync("/metrics")).Body.ShouldNotContain("gpu_");
    }

    [Fact]
    public async Task A_driver_that_fails_is_a_wrong_machine()
    {
        await using var run = new AgentRun().WithTool("nvidia-smi", "echo 'NVIDIA-SMI has failed because it could not talk to the driver.'; exit 9")
            .WithMiner("exec sleep 600", more: Needs(new { gpus = 1 })).Start();
        (await run.UntilAsync(s => s.State == "failed")).Reason
            .ShouldBe("wrong machine: nvidia-smi failed with exit code 9: NVIDIA-SMI has failed because it could not talk to the driver..");
    }

    [Fact]
    public async Task A_miner_without_need_of_a_gpu_starts_anywhere()
    {
        await using var run = new AgentRun().WithTool("nvidia-smi", "exit 9").WithMiner("exec sleep 600").Start();
        await run.UntilAsync(s => s.State == "serving");
    }

    [Fact]
    public void A_value_that_the_driver_does_not_give_is_null() =>
        NvidiaSmi.Parse("1, NVIDIA L40S, 550.1, 46068, [N/A], 41, [Not Supported], [Unknown Error]")
            .ShouldBe(new GpuReading(1, "NVIDIA L40S", "550.1", 46068, null, 41, null, null));

    [Theory]
    [InlineData("")]
    [InlineData("No devices were found")]
    [InlineData("x, NVIDIA L40S, 550.1, 46068, 0, 41, 0, 20")]
    public void A_line_that_is_no_gpu_is_none(string line) => NvidiaSmi.Parse(line).ShouldBeNull();

    [Theory]
    [InlineData("NVIDIA RTX A6000", "rtx-a6000", true)]
    [InlineData("NVIDIA RTX A4000", "rtx-a6000", false)]
    [InlineData("NVIDIA GeForce RTX 3090", "rtx-3090", true)]
    [InlineData("NVIDIA GeForce RTX 3090 Ti", "rtx-3090", false)]
    [InlineData("NVIDIA GeForce RTX 3090 Ti", "rtx-3090-ti", true)]
    [InlineData("NVIDIA GeForce RTX 4090 D", "rtx-4090", false)]
    [InlineData("NVIDIA GeForce RTX 4090 Laptop GPU", "rtx-4090", false)]
    [InlineData("NVIDIA RTX 6000 Ada Generation", "rtx-6000-ada", true)]
    [InlineData("NVIDIA RTX 6000 Ada Generation", "rtx-a6000", false)]
    [InlineData("NVIDIA L40S", "l40s", true)]
    [InlineData("NVIDIA L40", "l40s", false)]
    [InlineData("NVIDIA A100-SXM4-80GB", "a100-80gb", true)]
    [InlineData("NVIDIA A100 80GB PCIe", "a100-80gb", true)]
    [InlineData("NVIDIA A100-SXM4-40GB", "a100-80gb", false)]
    [InlineData("NVIDIA H100 80GB HBM3", "h100-sxm", true)]
    [InlineData("NVIDIA H100 PCIe", "h100-sxm", false)]
    [InlineData("NVIDIA H100 PCIe", "h100-pcie", true)]
    public void A_driver_name_is_compared_with_the_canonical_gpu(string name, string canonical, bool same) => GpuCheck.Is(name, canonical).ShouldBe(same);

    [Theory]
    [InlineData(16376, 16, true)]
    [InlineData(15360, 16, true)]
    [InlineData(12288, 16, false)]
    [InlineData(46068, 48, true)]
    [InlineData(24564, 24, true)]
    [InlineData(81559, 80, true)]
    public void Nominal_memory_is_met_as_the_makers_mean_it(double mib, double gb, bool enough) =>
        (Check(new(1, null, null) { MinVramGb = gb }, mib).Mismatch is null).ShouldBe(enough);

    [Theory]
    [InlineData("12.4", "12.1", true)]
    [InlineData("12.4", "12.10", false)]
    [InlineData("11.8", "12", false)]
    [InlineData("13.0", "12.8", true)]
    public void The_least_cuda_is_compared_by_number(string has, string needs, bool enough) =>
        (Check(new(null, 1, needs), cuda: has).Mismatch is null).ShouldBe(enough);

    [Fact]
    public void Too_few_gpus_are_refused() => Check(new(null, 2, null)).Mismatch.ShouldBe("1 GPUs, needs 2");

    [Fact]
    public void A_cuda_version_that_is_not_told_is_a_warning()
    {
        var check = Check(new(null, 1, "12.1"), cuda: null);
        check.Mismatch.ShouldBeNull();
        check.Warnings.ShouldHaveSingleItem();
    }

    private static GpuCheck Check(Template.MachineNeeds needs, double mib = 49140, string? cuda = "12.4") =>
        GpuCheck.Of(new GpuReport([new(0, "NVIDIA RTX A6000", "550", mib, 0, 30, 0, 20)], cuda, null, IsBroken: false), needs, null);
}
