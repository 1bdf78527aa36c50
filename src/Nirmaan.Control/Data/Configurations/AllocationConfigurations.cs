using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Nirmaan.Control.Jobs;
using Nirmaan.Domain.Allocation;

namespace Nirmaan.Control.Data.Configurations;

internal sealed class PoolOutlookConfiguration : IEntityTypeConfiguration<PoolOutlook>
{
    public void Configure(EntityTypeBuilder<PoolOutlook> builder)
    {
        builder.ToTable("outlooks").HasKey(o => new { o.Pool, o.At });
        builder.Property(o => o.Priors).AsJson();
    }
}

internal sealed class YieldEstimateConfiguration : IEntityTypeConfiguration<YieldEstimate>
{
    public void Configure(EntityTypeBuilder<YieldEstimate> builder)
    {
        builder.ToTable("estimates").HasKey(e => e.Id);
        builder.Property(e => e.Pools).AsJson();
        builder.HasIndex(e => e.At);
    }
}

internal sealed class ConstraintsConfiguration : IEntityTypeConfiguration<Constraints>
{
    public void Configure(EntityTypeBuilder<Constraints> builder)
    {
        builder.ToTable("constraints").HasKey(c => c.Version);
        builder.Property(c => c.Version).ValueGeneratedNever();
        builder.Property(c => c.From).HasColumnName("in_force_from");
        builder.Property(c => c.ExposureUsdPerHour).AsJson();
        builder.Property(c => c.ProviderUsdPerHour).AsJson();
    }
}

internal sealed class DirectiveConfiguration : IEntityTypeConfiguration<Directive>
{
    public void Configure(EntityTypeBuilder<Directive> builder)
    {
        builder.ToTable("directives").HasKey(d => d.Id);
        builder.HasIndex(d => d.Until);
        builder.IsVersioned();
    }
}

internal sealed class PlanConfiguration : IEntityTypeConfiguration<Plan>
{
    public void Configure(EntityTypeBuilder<Plan> builder)
    {
        builder.ToTable("plans").HasKey(p => p.Id);
        builder.Property(p => p.Instance).HasColumnType("jsonb");
        builder.Property(p => p.Solution).HasColumnType("jsonb");
        builder.Property(p => p.Now).AsJson();
        builder.Property(p => p.Proposed).AsJson();
        builder.Property(p => p.Prices).AsJson();
        builder.Property(p => p.Directives).AsJson();
        builder.Ignore(p => p.Gap);
        builder.Ignore(p => p.IsStopped);
        builder.HasIndex(p => p.At);
        builder.IsVersioned();
    }
}

internal sealed class MoveConfiguration : IEntityTypeConfiguration<Move>
{
    public void Configure(EntityTypeBuilder<Move> builder)
    {
        builder.ToTable("moves").HasKey(m => m.Id);
        builder.Ignore(m => m.BreakEvenHours);
        builder.Property(m => m.From).HasColumnName("from_workload");
        builder.Property(m => m.To).HasColumnName("to_workload");
        builder.HasOne<Plan>().WithMany().HasForeignKey(m => m.PlanId).OnDelete(DeleteBehavior.Restrict);
        builder.HasIndex(m => m.State);
        builder.IsVersioned();
    }
}

internal sealed class PlanGradeConfiguration : IEntityTypeConfiguration<PlanGrade>
{
    public void Configure(EntityTypeBuilder<PlanGrade> builder)
    {
        builder.ToTable("plan_grades").HasKey(g => g.PlanId);
        builder.Property(g => g.From).HasColumnName("graded_from");
        builder.Property(g => g.To).HasColumnName("graded_to");
        builder.Property(g => g.Checks).AsJson();
        builder.Ignore(g => g.GainUsdPerHour);
        builder.Ignore(g => g.RegretUsdPerHour);
        builder.Ignore(g => g.Kept);
        builder.HasOne<Plan>().WithMany().HasForeignKey(g => g.PlanId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PlanReplayConfiguration : IEntityTypeConfiguration<PlanReplay>
{
    public void Configure(EntityTypeBuilder<PlanReplay> builder)
    {
        builder.ToTable("plan_replays").HasKey(r => r.PlanId);
        builder.Ignore(r => r.IsSame);
        builder.Ignore(r => r.IsFault);
        builder.HasIndex(r => r.At);
        builder.HasOne<Plan>().WithMany().HasForeignKey(r => r.PlanId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class JobRowConfiguration : IEntityTypeConfiguration<JobRow>
{
    public void Configure(EntityTypeBuilder<JobRow> builder)
    {
        builder.ToTable("jobs").HasKey(j => j.Id);
        builder.IsFenced();
    }
}

internal sealed class JobRunConfiguration : IEntityTypeConfiguration<JobRun>
{
    public void Configure(EntityTypeBuilder<JobRun> builder)
    {
        builder.ToTable("job_runs").HasKey(r => r.Id);
        builder.HasOne<JobRow>().WithMany().HasForeignKey(r => r.JobId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(r => new { r.JobId, r.QueuedAt });
        builder.HasIndex(r => r.State);
    }
}

internal sealed class SettingConfiguration : IEntityTypeConfiguration<Setting>
{
    public void Configure(EntityTypeBuilder<Setting> builder)
    {
        builder.ToTable("settings").HasKey(s => s.Key);
        builder.Property(s => s.Value).HasColumnType("jsonb");
    }
}
