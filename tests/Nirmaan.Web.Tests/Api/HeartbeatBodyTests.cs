using System.Text.Json;
using Nirmaan.Domain.Uptime;
using Nirmaan.Web.Api;

namespace Nirmaan.Web.Tests.Api;

public sealed class HeartbeatBodyTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static HeartbeatReport Read(string gpus)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        ApiJson.Configure(options);
        var json = $$"""{"bootId":"01987f3e-0000-7000-8000-000000000001","sequence":7,"sentAt":"2026-03-01T12:00:00Z","state":"serving",{{gpus}}"jobsDone":3,"lastJobAt":null}""";
        return JsonSerializer.Deserialize<HeartbeatBody>(json, options).ShouldNotBeNull().ToReport();
    }

    [Theory]
    [InlineData("\"gpus\":null,")]
    [InlineData("")]
    public void Gpus_that_are_not_known_are_no_fault(string gpus) => HeartbeatRules.Check([Read(gpus)], s_now).ShouldBeEmpty();

    [Fact]
    public void What_a_gpu_does_not_tell_stays_unknown() =>
        Read("\"gpus\":[{\"index\":0,\"name\":\"NVIDIA RTX A6000\",\"utilisation\":null,\"temperatureC\":61.5,\"memoryUsedMb\":null,\"powerW\":null}],").Gpus
            .ShouldBe([new GpuReading(0, "NVIDIA RTX A6000", null, 61.5m, null, null)]);
}
