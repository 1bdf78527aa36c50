using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Control.Uptime;
using Nirmaan.Networks.Chain;
using Nirmaan.Testing.Rendering;
using Nirmaan.Web.Components.Kit;
using Nirmaan.Web.Sandbox;

namespace Nirmaan.Web.Tests;

/// <summary>What the public pages ask for, over a database that the test gives.</summary>
internal static class PublicPages
{
    /// <summary>Adds it; no network is switched on.</summary>
    public static BunitContext AddPublicPages(this BunitContext context, TimeProvider clock, IDbContextFactory<NirmaanDbContext> contexts)
    {
        context.Services.AddSingleton(clock).AddSingleton(contexts).AddSingleton(new ControlEvents()).AddSingleton(new NetworkShelf([]))
            .AddSingleton(Options.Create(new SandboxOptions())).AddSingleton(Options.Create(new RewardsOptions())).AddSingleton(Options.Create(new UptimeOptions()))
            .AddSingleton(Options.Create(new ChainOptions()))
            .AddSingleton<PriceBook>().AddSingleton<AnnounceFeePolicy>().AddSingleton<StakerQueries>().AddSingleton<StakeWorkQueries>().AddSingleton<StakerStateQueries>().AddSingleton<ReturnSumQueries>().AddSingleton<DistributionQueries>().AddSingleton<SaleQueries>().AddSingleton<RecordSale>().AddSingleton<ConversionQueries>().AddSingleton<RewardQueries>().AddSingleton<UptimeQueries>().AddSingleton<NewsQueries>()
            .AddSingleton<HandoverShelf>().AddSingleton<Handover>()
            .AddSingleton<ComponentStatePersistenceManager>().AddSingleton(s => s.GetRequiredService<ComponentStatePersistenceManager>().State);
        return context;
    }
}

/// <summary>A database that is away.</summary>
internal sealed class NoDatabase : IDbContextFactory<NirmaanDbContext>
{
    public NirmaanDbContext CreateDbContext() => throw new TimeoutException("away");
}
