using Nirmaan.Control.Allocation;
using Nirmaan.Domain.Amounts;
using Nirmaan.Web.SignIn;

namespace Nirmaan.Web.Components.Allocation;

/// <summary>The optimiser's question and answer of a plan as files (docs: instance.json, plan.json), for whoever wants to solve it again.</summary>
internal static class PlanFiles
{
    private const string Json = "application/json";

    /// <summary>Where the question is.</summary>
    public static string Instance(PlanId id) => $"/admin/plans/{id}/instance.json";

    /// <summary>Where the answer is.</summary>
    public static string Solution(PlanId id) => $"/admin/plans/{id}/plan.json";

    /// <summary>The question's name on the reader's disk.</summary>
    public static string InstanceName(PlanId id) => $"instance-{AllocationWords.Brief(id)}.json";

    /// <summary>Serves both to staff.</summary>
    public static void MapPlanFiles(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/plans/{id:guid}/instance.json", (Guid id, AllocationQueries plans, CancellationToken cancellationToken) =>
            ServeAsync(plans, new PlanId(id), d => d.Instance, InstanceName(new PlanId(id)), cancellationToken)).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
        app.MapGet("/admin/plans/{id:guid}/plan.json", (Guid id, AllocationQueries plans, CancellationToken cancellationToken) =>
            ServeAsync(plans, new PlanId(id), d => d.Solution, $"plan-{AllocationWords.Brief(new PlanId(id))}.json", cancellationToken)).RequireAuthorization(Policies.Staff).ExcludeFromDescription();
    }

    private static async Task<IResult> ServeAsync(AllocationQueries plans, PlanId id, Func<PlanDetail, string> file, string name, CancellationToken cancellationToken) =>
        await plans.FindAsync(id, cancellationToken) is { } plan ? Results.File(System.Text.Encoding.UTF8.GetBytes(file(plan)), Json, name) : Results.NotFound();
}
