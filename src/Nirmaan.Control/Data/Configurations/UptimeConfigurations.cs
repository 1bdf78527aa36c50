using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Nirmaan.Domain.Fleet;
using Nirmaan.Domain.Uptime;

namespace Nirmaan.Control.Data.Configurations;

internal sealed class HeartbeatConfiguration : IEntityTypeConfiguration<Heartbeat>
{
    public void Configure(EntityTypeBuilder<Heartbeat> builder)
    {
        // The key makes a repeated heartbeat a no-op: the first copy wins.
        builder.ToTable("heartbeats").HasKey(h => new { h.MinerId, h.BootId, h.Sequence });
        builder.Property(h => h.Gpus).AsJson();
        builder.HasIndex(h => new { h.MinerId, h.SentAt });
    }
}

internal sealed class UptimeWindowConfiguration : IEntityTypeConfiguration<UptimeWindow>
{
    public void Configure(EntityTypeBuilder<UptimeWindow> builder)
    {
        builder.ToTable("uptime_windows").HasKey(w => new { w.MinerId, w.StartsAt });
        builder.Ignore(w => w.UpShare);
        builder.HasOne<Miner>().WithMany().HasForeignKey(w => w.MinerId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(w => w.StartsAt);
    }
}
