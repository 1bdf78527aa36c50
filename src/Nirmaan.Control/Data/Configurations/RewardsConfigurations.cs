using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Nirmaan.Control.Rewards;
using Nirmaan.Control.Staking;
using Nirmaan.Domain.Rewards;
using Nirmaan.Domain.Staking;

namespace Nirmaan.Control.Data.Configurations;

internal sealed class PointsSampleConfiguration : IEntityTypeConfiguration<PointsSample>
{
    public void Configure(EntityTypeBuilder<PointsSample> builder) => builder.ToTable("points_samples").HasKey(s => new { s.Network, s.Kind, s.Account, s.At });
}

internal sealed class PointsAwardConfiguration : IEntityTypeConfiguration<PointsAward>
{
    public void Configure(EntityTypeBuilder<PointsAward> builder)
    {
        builder.ToTable("points_awards").HasKey(a => new { a.MinerId, a.Kind, a.At });
        builder.HasIndex(a => a.At);
    }
}

internal sealed class RewardConfiguration : IEntityTypeConfiguration<Reward>
{
    public void Configure(EntityTypeBuilder<Reward> builder)
    {
        builder.ToTable("rewards").HasKey(r => new { r.Network, r.ExternalId });
        builder.HasIndex(r => new { r.AssetId, r.At });
        builder.HasIndex(r => r.MinerId);
        builder.HasIndex(r => r.Epoch);
        builder.IsVersioned();
    }
}

internal sealed class RewardCursorConfiguration : IEntityTypeConfiguration<RewardCursor>
{
    public void Configure(EntityTypeBuilder<RewardCursor> builder)
    {
        builder.ToTable("reward_cursors").HasKey(c => c.Network);
        builder.IsVersioned();
    }
}

internal sealed class LedgerEntryConfiguration : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> builder)
    {
        builder.ToTable("ledger").HasKey(e => e.Sequence);
        builder.HasIndex(e => new { e.Account, e.AssetId });
        // One cause about one subject at one moment is booked once per account, so a repeated job books nothing twice.
        builder.HasIndex(e => new { e.Cause, e.Subject, e.At, e.Account, e.AssetId }).IsUnique();
    }
}

internal sealed class DistributionConfiguration : IEntityTypeConfiguration<Distribution>
{
    public void Configure(EntityTypeBuilder<Distribution> builder)
    {
        builder.ToTable("distributions").HasKey(d => new { d.Epoch, d.AssetId });
        builder.Property(d => d.From).HasColumnName("starts_at");
        builder.Property(d => d.To).HasColumnName("ends_at");
        builder.Property(d => d.Leaves).AsJson();
        builder.HasIndex(d => new { d.AssetId, d.From }).IsUnique();
        builder.HasIndex(d => d.To);
        // Sums of the leaves; the database works them out.
        builder.Property<BigInteger>("TotalWeight").ValueGeneratedOnAdd();
        builder.Property<BigInteger>("TotalCumulative").ValueGeneratedOnAdd();
        builder.Property<int>("Lines").ValueGeneratedOnAdd();
        builder.Property<int>("Paid").ValueGeneratedOnAdd();
    }
}

internal sealed class EpochShareConfiguration : IEntityTypeConfiguration<EpochShare>
{
    public void Configure(EntityTypeBuilder<EpochShare> builder) => builder.ToTable("epoch_shares").HasKey(s => new { s.Account, s.AssetId, s.Epoch });
}

internal sealed class ClaimTreeConfiguration : IEntityTypeConfiguration<ClaimTree>
{
    public void Configure(EntityTypeBuilder<ClaimTree> builder) => builder.ToTable("claim_trees").HasKey(t => new { t.AssetId, t.Epoch });
}

internal sealed class EpochSignoffConfiguration : IEntityTypeConfiguration<EpochSignoff>
{
    public void Configure(EntityTypeBuilder<EpochSignoff> builder) => builder.ToTable("epoch_signoffs").HasKey(s => new { s.Epoch, s.AssetId, s.By });
}

internal sealed class FeePolicyConfiguration : IEntityTypeConfiguration<FeePolicy>
{
    public void Configure(EntityTypeBuilder<FeePolicy> builder)
    {
        builder.ToTable("fee_policies").HasKey(p => p.Version);
        builder.Property(p => p.Version).ValueGeneratedNever();
        builder.Property(p => p.From).HasColumnName("in_force_from");
        builder.Property(p => p.Rents).AsJson();
    }
}

internal sealed class PublicationCallConfiguration : IEntityTypeConfiguration<PublicationCall>
{
    public void Configure(EntityTypeBuilder<PublicationCall> builder)
    {
        builder.ToTable("publication_calls");
        builder.HasIndex(c => new { c.AssetId, c.Epoch });
        builder.IsWatched();
    }
}

internal sealed class ProviderCallConfiguration : IEntityTypeConfiguration<ProviderCall>
{
    public void Configure(EntityTypeBuilder<ProviderCall> builder)
    {
        builder.ToTable("provider_calls");
        builder.HasIndex(c => c.SentAt);
        builder.IsWatched();
    }
}

internal static class WatchedCallConfiguration
{
    /// <summary>What every transaction of a wallet that is watched has in common.</summary>
    public static void IsWatched<TCall>(this EntityTypeBuilder<TCall> builder)
        where TCall : WatchedCall
    {
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.From).HasColumnName("sender");
        builder.Property(c => c.To).HasColumnName("contract");
        builder.Ignore(c => c.What).Ignore(c => c.SubjectKind).Ignore(c => c.Subject);
        builder.HasIndex(c => new { c.ChainId, c.TxHash }).IsUnique();
        builder.IsVersioned();
    }
}

internal sealed class SaleConfiguration : IEntityTypeConfiguration<Sale>
{
    public void Configure(EntityTypeBuilder<Sale> builder)
    {
        builder.ToTable("sales").HasKey(s => s.Id);
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasIndex(s => new { s.Transaction, s.AssetId }).IsUnique().HasFilter("taken_back_at IS NULL");
        builder.HasIndex(s => new { s.AssetId, s.Epoch });
    }
}

internal sealed class ConversionConfiguration : IEntityTypeConfiguration<Conversion>
{
    public void Configure(EntityTypeBuilder<Conversion> builder)
    {
        builder.ToTable("conversions").HasKey(c => c.Id);
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Ignore(c => c.Vesting);
        builder.HasIndex(c => new { c.Transaction, c.AssetId, c.Network, c.Kind }).IsUnique().HasFilter("taken_back_at IS NULL");
    }
}

internal sealed class PriceQuoteConfiguration : IEntityTypeConfiguration<PriceQuote>
{
    public void Configure(EntityTypeBuilder<PriceQuote> builder)
    {
        builder.ToTable("prices").HasKey(p => new { p.AssetId, p.Source, p.At });
        builder.HasIndex(p => new { p.AssetId, p.At });
        // The history stays raw: what was not believed is kept, and no value is computed from it.
        builder.Property<bool>(Rejected);
    }

    public const string Rejected = "Rejected";
}

internal sealed class StakeEventConfiguration : IEntityTypeConfiguration<StakeEvent>
{
    public void Configure(EntityTypeBuilder<StakeEvent> builder)
    {
        builder.ToTable("stake_events").HasKey(e => new { e.ChainId, e.TxHash, e.LogIndex });
        builder.HasIndex(e => new { e.Account, e.At });
        builder.HasIndex(e => e.BlockNumber);
        builder.HasIndex(e => new { e.Account, e.BlockNumber, e.LogIndex });
    }
}

internal sealed class ChainRecordConfiguration : IEntityTypeConfiguration<ChainRecord>
{
    public void Configure(EntityTypeBuilder<ChainRecord> builder)
    {
        builder.ToTable("chain_records").HasKey(r => new { r.ChainId, r.TxHash, r.LogIndex });
        builder.HasIndex(r => new { r.Account, r.At });
        builder.HasIndex(r => r.BlockNumber);
    }
}

internal sealed class StakeTakenBackConfiguration : IEntityTypeConfiguration<StakeTakenBack>
{
    public void Configure(EntityTypeBuilder<StakeTakenBack> builder)
    {
        builder.ToTable("stakes_taken_back").HasKey(s => new { s.ChainId, s.BlockHash, s.TxHash, s.LogIndex });
        builder.HasIndex(s => s.Account);
    }
}

internal sealed class SignInNonceConfiguration : IEntityTypeConfiguration<SignInNonce>
{
    public void Configure(EntityTypeBuilder<SignInNonce> builder)
    {
        builder.ToTable("sign_in_nonces").HasKey(n => n.Nonce);
        builder.HasIndex(n => n.ExpiresAt);
    }
}

internal sealed class ChainCursorConfiguration : IEntityTypeConfiguration<ChainCursor>
{
    public void Configure(EntityTypeBuilder<ChainCursor> builder)
    {
        builder.ToTable("cursors").HasKey(c => c.Id);
        builder.IsVersioned();
    }
}
