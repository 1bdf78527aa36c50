using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Providers.Tests.Conformance;

/// <summary>Requests whose agent and miner the sandbox can play.</summary>
internal static class SandboxedRequest
{
    private const string Template = """
        {"name":"heurist-llm","version":1,"network":"heurist","workload":"heurist-llm","image":"ghcr.io/nirmaan/heurist-llm:1.0.0","command":["/miner"],"env":{},"secretEnv":[],
         "needs":{"minVramGb":12,"gpus":2,"vcpu":4,"ramGb":16,"diskGb":60,"cudaMin":null,"inboundPorts":[],"vm":false,"dockerSocket":false},"payout":{"kind":"evm-address","env":"MINER_ID_0"},
         "logs":{"files":[],"rules":[]},"readyWithinMinutes":15,"stopGraceSeconds":5,"licence":"MIT","season":null}
        """;

    /// <summary>Two GPUs, so that a price per machine is not taken for one per GPU unseen.</summary>
    public static RentRequest Of(SupplierName supplier, string gpu, string? offerKey, string name, (string, string)[] env, int gpus = 2) => Rig.Request(
        supplier, gpu, gpus, offerKey, maxUsd: 2m,
        env: [("AGENT_TEMPLATE", Template.ReplaceLineEndings("")), ("AGENT_CONTROL_URL", "http://127.0.0.1:9"), ("HEURIST_MODEL_ID", "llama3-8b"), .. env]) with { Name = name };
}
