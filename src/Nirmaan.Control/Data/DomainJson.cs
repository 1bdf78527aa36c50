using System.Numerics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Market;

namespace Nirmaan.Control.Data;

/// <summary>How domain values look in jsonb columns and in answers of the REST interface: camelCase, ids and names as plain text, unknown as null.</summary>
public static class DomainJson
{
    /// <summary>The one set of options.</summary>
    public static readonly JsonSerializerOptions Options = Make();

    /// <summary>Adds the converters of domain values to options of others (the REST interface).</summary>
    public static void AddConverters(IList<JsonConverter> converters)
    {
        converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        converters.Add(new TextConverter<SupplierName>(t => new SupplierName(t), v => v.Value));
        converters.Add(new TextConverter<NetworkName>(t => new NetworkName(t), v => v.Value));
        converters.Add(new TextConverter<WorkloadName>(t => new WorkloadName(t), v => v.Value));
        converters.Add(new TextConverter<PoolName>(t => new PoolName(t), v => v.Value));
        converters.Add(new TextConverter<GpuModel>(t => new GpuModel(t), v => v.Id));
        converters.Add(new TextConverter<WalletAddress>(WalletAddress.Parse, v => v.Value));
        converters.Add(new TextConverter<OfferId>(t => new OfferId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<InstanceId>(t => new InstanceId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<MinerId>(t => new MinerId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<OperationId>(t => new OperationId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<PlanId>(t => new PlanId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<DirectiveId>(t => new DirectiveId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<ProviderBlockId>(t => new ProviderBlockId(Guid.Parse(t)), v => v.ToString()));
        converters.Add(new TextConverter<MoveId>(t => new MoveId(Guid.Parse(t)), v => v.ToString()));
        // Base units exceed 2^53, so they travel as decimal text.
        converters.Add(new TextConverter<BigInteger>(t => BigInteger.Parse(t, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), v => v.ToString(CultureInfo.InvariantCulture)));
    }

    private static JsonSerializerOptions Make()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        AddConverters(options.Converters);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class TextConverter<T>(Func<string, T> read, Func<T, string> write) : JsonConverter<T> where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.GetString() ?? throw new JsonException($"{typeof(T).Name}: null is not a value.");
            try { return read(text); }
            catch (FormatException e) { throw new JsonException(e.Message, e); }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
        public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => read(reader.GetString()!);
        public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WritePropertyName(write(value));
    }
}
