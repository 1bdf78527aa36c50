using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Nirmaan.Domain.Notifications;

namespace Nirmaan.Control.Data.Configurations;

internal sealed class SubscriptionConfiguration : IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.ToTable("subscriptions").HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasIndex(s => s.Account);
        builder.HasIndex(s => new { s.Channel, s.Target }).IsUnique().HasFilter($"account = '{Subscription.House}' AND ended_at IS NULL");
    }
}

internal sealed class NoticeConfiguration : IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<Notice> builder)
    {
        builder.ToTable("notices").HasKey(n => n.Id);
        builder.Property(n => n.Id).ValueGeneratedNever();
        // A result is written only while the worker's token stands.
        builder.Property(n => n.Token).IsConcurrencyToken();
        builder.HasOne<Subscription>().WithMany().HasForeignKey(n => n.SubscriptionId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(n => new { n.SubscriptionId, n.Key }).IsUnique();
        builder.HasIndex(n => new { n.State, n.DueAt });
    }
}
