using System.Globalization;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Api;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>What points became, as recorded, and the form that records it.</summary>
public sealed partial class ConversionsPage
{
    private static readonly TimeSpan s_kindsOf = TimeSpan.FromDays(730);
    private IReadOnlyList<(NetworkName Network, string Kind)> _kinds = [];
    private IReadOnlyList<Conversion> _conversions = [];
    private Dictionary<string, string> _wrong = [];
    private ConfirmWithReason? _confirm;
    private int _kind;
    private string _asset = Asset.Heu.Id, _amount = "", _paidTo = "", _transaction = "";
    private DateOnly? _first, _last;
    private DateTime? _at, _until;

    [Inject] public required ConvertPoints Recorder { get; init; }

    [Inject] public required ConversionQueries Conversions { get; init; }

    [Inject] public required PointsQueries Promises { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        _conversions = await Conversions.ListAsync(cancellationToken);
        _kinds = [.. (await Promises.SumsAsync(now - s_kindsOf, now, cancellationToken)).Select(s => (s.Network, s.Kind))];
    }

    private async Task RecordAsync()
    {
        _wrong = [];
        if (_first is null) { _wrong["firstDay"] = "A day is missing."; }
        if (_last is null) { _wrong["lastDay"] = "A day is missing."; }
        if (_at is null) { _wrong["at"] = "A time is missing."; }
        var asset = Asset.Of(_asset);
        var units = System.Numerics.BigInteger.Zero;
        if (!decimal.TryParse(_amount.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var tokens)) { _wrong["units"] = "A number, such as 12.5."; }
        else
        {
            try { units = TokenAmount.Of(tokens, asset).Units; }
            catch (ArgumentException) { _wrong["units"] = $"{asset.Id} has {asset.Decimals} decimals at most."; }
        }
        if (_wrong.Count > 0 || _kind >= _kinds.Count) { return; }
        var (network, kind) = _kinds[_kind];
        var request = new ConversionRequest(network, kind, _first!.Value, _last!.Value, asset, units, Utc(_at!.Value), _transaction, _paidTo, _until is { } until ? Utc(until) : null);
        await DoAsync(async token =>
        {
            try
            {
                switch (await Recorder.RunAsync(request, By, token))
                {
                    case ConversionOutcome.Recorded(var conversion):
                        (_amount, _transaction, _first, _last, _at, _until) = ("", "", null, null, null, null);
                        return ($"Recorded: {Format.Brief((double)conversion.Points)} points became {conversion.Amount}.", Tone.Good);
                    case ConversionOutcome.Known: return ("This transaction is recorded already.", Tone.Warn);
                    case ConversionOutcome.Overlaps(var with): return Wrong("firstDay", ConversionText.Overlap(with));
                    case ConversionOutcome.Received(var id): return Wrong("transaction", ConversionText.Received(id));
                    case ConversionOutcome.NoPoints: return Wrong("firstDay", ConversionText.NoPoints);
                    default: throw new InvalidOperationException("A recording has no other end.");
                }
            }
            catch (InvalidInputException e)
            {
                _wrong[e.Field] = e.Message;
                throw;
            }
        });
    }

    private (string, Tone) Wrong(string field, string why)
    {
        _wrong[field] = why;
        return ("Nothing was recorded.", Tone.Warn);
    }

    private async Task TakeBackAsync(Conversion conversion)
    {
        if (await _confirm!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Recorder.TakeBackAsync(conversion.Id, By, why, token) ? ("Taken back.", Tone.Good) : ("It was taken back before.", Tone.Warn));
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero);
}
