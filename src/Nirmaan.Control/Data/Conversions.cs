using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Data;

internal static class Conversions
{
    /// <summary>How domain value types are stored, once for all entities: ids as uuid, names as text, enums as their names.</summary>
    public static void Register(ModelConfigurationBuilder configuration)
    {
        configuration.Properties<OfferId>().HaveConversion<OfferIdConverter>();
        configuration.Properties<InstanceId>().HaveConversion<InstanceIdConverter>();
        configuration.Properties<MinerId>().HaveConversion<MinerIdConverter>();
        configuration.Properties<OperationId>().HaveConversion<OperationIdConverter>();
        configuration.Properties<PlanId>().HaveConversion<PlanIdConverter>();
        configuration.Properties<MoveId>().HaveConversion<MoveIdConverter>();
        configuration.Properties<DirectiveId>().HaveConversion<DirectiveIdConverter>();
        configuration.Properties<ProviderBlockId>().HaveConversion<ProviderBlockIdConverter>();
        configuration.Properties<SupplierName>().HaveConversion<SupplierNameConverter>();
        configuration.Properties<NetworkName>().HaveConversion<NetworkNameConverter>();
        configuration.Properties<WorkloadName>().HaveConversion<WorkloadNameConverter>();
        configuration.Properties<PoolName>().HaveConversion<PoolNameConverter>();
        configuration.Properties<GpuModel>().HaveConversion<GpuModelConverter>();
        configuration.Properties<WalletAddress>().HaveConversion<WalletAddressConverter>();
        configuration.Properties<Enum>().HaveConversion<string>();
    }

    /// <summary>Stores an immutable value as jsonb.</summary>
    public static PropertyBuilder<T> AsJson<T>(this PropertyBuilder<T> property)
    {
        property.HasColumnType("jsonb").HasConversion(
            new ValueConverter<T, string>(v => JsonSerializer.Serialize(v, DomainJson.Options), s => JsonSerializer.Deserialize<T>(s, DomainJson.Options)!),
            new ValueComparer<T>(
                (a, b) => JsonSerializer.Serialize(a, DomainJson.Options) == JsonSerializer.Serialize(b, DomainJson.Options),
                v => JsonSerializer.Serialize(v, DomainJson.Options).GetHashCode(StringComparison.Ordinal),
                v => v));
        return property;
    }

    /// <summary>Tables, columns, keys and indexes in snake case, so that SQL needs no quotes.</summary>
    public static void NameInSnakeCase(ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties().Where(p => p.GetColumnName() == p.Name)) { property.SetColumnName(Snake(property.Name)); }
            foreach (var key in entity.GetKeys()) { key.SetName($"pk_{entity.GetTableName()}"); }
            foreach (var link in entity.GetForeignKeys()) { link.SetConstraintName($"fk_{entity.GetTableName()}_{string.Join('_', link.Properties.Select(p => Snake(p.Name)))}"); }
            foreach (var index in entity.GetIndexes()) { index.SetDatabaseName($"ix_{entity.GetTableName()}_{string.Join('_', index.Properties.Select(p => Snake(p.Name)))}"); }
        }
    }

    internal static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 && !char.IsUpper(name[i - 1]) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    /// <summary>Lost updates are refused (xmin), and a result is written only while the worker's token stands.</summary>
    public static void IsFenced<T>(this EntityTypeBuilder<T> entity) where T : class, Domain.Fleet.IFenced
    {
        entity.Property(x => x.Token).IsConcurrencyToken();
        entity.IsVersioned();
    }

    /// <summary>Lost updates are refused.</summary>
    public static void IsVersioned<T>(this EntityTypeBuilder<T> entity) where T : class =>
        entity.Property<uint>("xmin").IsRowVersion();

    internal sealed class OfferIdConverter() : ValueConverter<OfferId, Guid>(v => v.Value, v => new OfferId(v));
    internal sealed class InstanceIdConverter() : ValueConverter<InstanceId, Guid>(v => v.Value, v => new InstanceId(v));
    internal sealed class MinerIdConverter() : ValueConverter<MinerId, Guid>(v => v.Value, v => new MinerId(v));
    internal sealed class OperationIdConverter() : ValueConverter<OperationId, Guid>(v => v.Value, v => new OperationId(v));
    internal sealed class PlanIdConverter() : ValueConverter<PlanId, Guid>(v => v.Value, v => new PlanId(v));
    internal sealed class ProviderBlockIdConverter() : ValueConverter<ProviderBlockId, Guid>(v => v.Value, v => new ProviderBlockId(v));
    internal sealed class DirectiveIdConverter() : ValueConverter<DirectiveId, Guid>(v => v.Value, v => new DirectiveId(v));
    internal sealed class MoveIdConverter() : ValueConverter<MoveId, Guid>(v => v.Value, v => new MoveId(v));
    internal sealed class SupplierNameConverter() : ValueConverter<SupplierName, string>(v => v.Value, v => new SupplierName(v));
    internal sealed class NetworkNameConverter() : ValueConverter<NetworkName, string>(v => v.Value, v => new NetworkName(v));
    internal sealed class WorkloadNameConverter() : ValueConverter<WorkloadName, string>(v => v.Value, v => new WorkloadName(v));
    internal sealed class PoolNameConverter() : ValueConverter<PoolName, string>(v => v.Value, v => new PoolName(v));
    internal sealed class GpuModelConverter() : ValueConverter<GpuModel, string>(v => v.Id, v => new GpuModel(v));
    internal sealed class WalletAddressConverter() : ValueConverter<WalletAddress, string>(v => v.Value, v => WalletAddress.Parse(v));
}
