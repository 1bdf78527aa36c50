using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Data.Configurations;

internal sealed class OfferConfiguration : IEntityTypeConfiguration<Offer>
{
    public void Configure(EntityTypeBuilder<Offer> builder)
    {
        builder.ToTable("offers").HasKey(o => o.Id);
        builder.HasIndex(o => new { o.Supplier, o.Key }).IsUnique();
    }
}

internal sealed class InstanceConfiguration : IEntityTypeConfiguration<Instance>
{
    public void Configure(EntityTypeBuilder<Instance> builder)
    {
        builder.Property(i => i.NotHad).AsJson();
        builder.Property(i => i.Cordon).AsJson();
        builder.Property(i => i.Recovery).AsJson();
        builder.ToTable("instances").HasKey(i => i.Id);
        builder.Property(i => i.Wish).AsJson();
        builder.Ignore(i => i.IsLive).Ignore(i => i.IsBilled).Ignore(i => i.UsdPerHour);
        builder.HasIndex(i => new { i.State, i.DueAt });
        // One thing at a supplier belongs to one instance: a second adoption is refused by the database.
        builder.HasIndex(i => new { i.Supplier, i.ExternalId }).IsUnique();
        builder.HasIndex(i => i.LaunchKey);
        builder.IsFenced();
    }
}

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("alerts").HasKey(a => a.Id);
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.HasIndex(a => new { a.Kind, a.Subject }).IsUnique().HasFilter("cleared_at IS NULL");
        builder.HasIndex(a => a.RaisedAt);
    }
}

internal sealed class UpstreamReleaseConfiguration : IEntityTypeConfiguration<UpstreamRelease>
{
    public void Configure(EntityTypeBuilder<UpstreamRelease> builder) => builder.ToTable("upstream_releases").HasKey(r => r.Repository);
}

internal sealed class TopUpConfiguration : IEntityTypeConfiguration<TopUp>
{
    public void Configure(EntityTypeBuilder<TopUp> builder)
    {
        builder.ToTable("top_ups").HasKey(t => t.Id);
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.HasIndex(t => new { t.Supplier, t.Reference, t.Usd }).IsUnique();
    }
}

internal sealed class MinerConfiguration : IEntityTypeConfiguration<Miner>
{
    public void Configure(EntityTypeBuilder<Miner> builder)
    {
        builder.ToTable("miners").HasKey(m => m.Id);
        builder.Property(m => m.Steps).AsJson();
        builder.Property(m => m.Payouts).AsJson();
        builder.Ignore(m => m.IsLive);
        builder.HasOne<Instance>().WithMany().HasForeignKey(m => m.InstanceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(m => new { m.Network, m.NetworkKey }).IsUnique();
        builder.HasIndex(m => m.State);
    }
}

internal sealed class OperationConfiguration : IEntityTypeConfiguration<Operation>
{
    public void Configure(EntityTypeBuilder<Operation> builder)
    {
        builder.ToTable("operations").HasKey(o => o.Id);
        builder.Ignore(o => o.IsOpen);
        builder.Property(o => o.Input).HasColumnType("jsonb");
        builder.HasIndex(o => o.Key).IsUnique();
        builder.HasIndex(o => o.Name).IsUnique();
        builder.HasIndex(o => new { o.State, o.DueAt });
        builder.HasIndex(o => o.ExternalId);
        // Every search asks who has just refused us.
        builder.HasIndex(o => o.EndedAt).HasFilter($"kind = '{nameof(OperationKind.Create)}'");
        builder.HasOne<Instance>().WithMany().HasForeignKey(o => o.InstanceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<Miner>().WithMany().HasForeignKey(o => o.MinerId).OnDelete(DeleteBehavior.Restrict);
        builder.IsFenced();
    }
}

internal sealed class LaunchConfiguration : IEntityTypeConfiguration<Launch>
{
    public void Configure(EntityTypeBuilder<Launch> builder)
    {
        builder.ToTable("launches").HasKey(l => l.Key);
        builder.Property(l => l.Plan).AsJson();
        builder.HasIndex(l => l.At);
    }
}

internal sealed class SeenBidConfiguration : IEntityTypeConfiguration<SeenBid>
{
    public void Configure(EntityTypeBuilder<SeenBid> builder)
    {
        builder.ToTable("bids").HasKey(b => new { b.InstanceId, b.Ref });
        builder.HasOne<Instance>().WithMany().HasForeignKey(b => b.InstanceId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class ProviderBlockConfiguration : IEntityTypeConfiguration<ProviderBlock>
{
    public void Configure(EntityTypeBuilder<ProviderBlock> builder)
    {
        builder.ToTable("provider_blocks").HasKey(b => b.Id);
        builder.Ignore(b => b.Key);
        builder.HasIndex(b => b.Until);
        builder.IsVersioned();
    }
}

internal sealed class StandstillConfiguration : IEntityTypeConfiguration<Standstill>
{
    public void Configure(EntityTypeBuilder<Standstill> builder)
    {
        builder.ToTable("standstills").HasKey(s => s.Id);
        builder.Ignore(s => s.IsFreeze);
        builder.HasIndex(s => new { s.EndedAt, s.Until });
        builder.IsVersioned();
    }
}

internal sealed class SupplierReportConfiguration : IEntityTypeConfiguration<SupplierReport>
{
    public void Configure(EntityTypeBuilder<SupplierReport> builder)
    {
        builder.ToTable("supplier_reports").HasKey(r => r.Id);
        builder.Property(r => r.Foreign).HasColumnName("foreign_count");
        builder.Property(r => r.Findings).AsJson();
        builder.HasIndex(r => new { r.Supplier, r.At });
    }
}

internal sealed class InstanceLogConfiguration : IEntityTypeConfiguration<InstanceLog>
{
    public void Configure(EntityTypeBuilder<InstanceLog> builder)
    {
        builder.ToTable("instance_logs").HasKey(l => new { l.InstanceId, l.At });
        builder.HasOne<Instance>().WithMany().HasForeignKey(l => l.InstanceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(l => l.At);
        // Three letters in a row are looked up: words are found wherever they stand, whatever they stand next to.
        builder.HasIndex(l => l.Lines).HasMethod("gin").HasOperators("gin_trgm_ops");
    }
}

internal sealed class LogStreamConfiguration : IEntityTypeConfiguration<LogStream>
{
    public void Configure(EntityTypeBuilder<LogStream> builder)
    {
        builder.ToTable("log_streams").HasKey(s => s.InstanceId);
        builder.HasOne<Instance>().WithMany().HasForeignKey(s => s.InstanceId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class ShellCommandConfiguration : IEntityTypeConfiguration<ShellCommand>
{
    public void Configure(EntityTypeBuilder<ShellCommand> builder)
    {
        builder.ToTable("shell_commands").HasKey(c => c.Id);
        builder.HasOne<Instance>().WithMany().HasForeignKey(c => c.InstanceId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(c => new { c.InstanceId, c.At });
    }
}

internal sealed class LogReadingConfiguration : IEntityTypeConfiguration<LogReading>
{
    public void Configure(EntityTypeBuilder<LogReading> builder)
    {
        builder.ToTable("log_readings").HasKey(r => r.InstanceId);
        builder.HasOne<Instance>().WithMany().HasForeignKey(r => r.InstanceId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class TimelineEventConfiguration : IEntityTypeConfiguration<TimelineEvent>
{
    public void Configure(EntityTypeBuilder<TimelineEvent> builder)
    {
        builder.ToTable("timeline").HasKey(e => e.Sequence);
        builder.HasIndex(e => new { e.Kind, e.Subject, e.Sequence });
        builder.HasIndex(e => e.At);
    }
}
