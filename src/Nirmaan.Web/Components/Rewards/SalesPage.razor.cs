using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Components;
using Nirmaan.Control;
using Nirmaan.Control.Live;
using Nirmaan.Control.Rewards;
using Nirmaan.Domain.Amounts;
using Nirmaan.Domain.Rewards;
using Nirmaan.Web.Components.Kit;

namespace Nirmaan.Web.Components.Rewards;

/// <summary>What receipts owe for rent, and the sales that pay it.</summary>
public sealed partial class SalesPage
{
    private IReadOnlyList<EpochPreview> _needs = [];
    private IReadOnlyList<Sale> _sales = [];
    private Dictionary<string, KnownPrice> _prices = [];
    private Dictionary<string, string> _wrong = [];
    private ConfirmWithReason? _confirm;
    private SaleSource _source = SaleSource.Rewards;
    private string _asset = Asset.Mor.Id, _epoch = "", _amount = "", _price = "", _fees = "0", _venue = "", _transaction = "";
    private DateTime? _at;

    [Inject] public required CloseEpoch Epochs { get; init; }

    [Inject] public required RecordSale Recorder { get; init; }

    [Inject] public required SaleQueries Sales { get; init; }

    [Inject] public required PriceBook Prices { get; init; }

    protected override IReadOnlyList<Topic> Topics { get; } = [Topic.Rewards];

    protected override async Task ReadAsync(CancellationToken cancellationToken)
    {
        _needs = [.. (await Epochs.PreviewAsync(cancellationToken)).Where(p => p.Rent is { BorneUsd: > 0 })];
        _sales = (await Sales.ListAsync(Paging.MaxLimit, null, cancellationToken)).Items;
        _prices = (await Prices.ListAsync(cancellationToken)).ToDictionary(p => p.AssetId);
        if (_epoch.Length == 0 && _needs is [var first, ..]) { (_epoch, _asset) = (first.Epoch.ToString(CultureInfo.InvariantCulture), first.Asset.Id); }
    }

    /// <summary>Base units that pay what is short at the newest price, without slippage and fees.</summary>
    private BigInteger? Wanted(EpochPreview need) => _prices.TryGetValue(need.Asset.Id, out var price)
        ? TokenAmount.Of(decimal.Round(need.Rent!.ShortUsd / price.Usd, Math.Min(need.Asset.Decimals, 12)), need.Asset).Units : null;

    private async Task RecordAsync()
    {
        _wrong = [];
        var asset = Asset.Of(_asset);
        var (units, price, fees) = (Units(asset), Number("priceUsd", _price), Number("feesUsd", _fees));
        if (_at is null) { _wrong["at"] = "A time is missing."; }
        var epoch = _source != SaleSource.Rewards ? null : int.TryParse(_epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : (int?)null;
        if (_source == SaleSource.Rewards && epoch is null) { _wrong["epoch"] = "The epoch's number is missing."; }
        if (_wrong.Count > 0) { return; }
        var request = new SaleRequest(_transaction, asset, units, price, fees, new DateTimeOffset(DateTime.SpecifyKind(_at!.Value, DateTimeKind.Unspecified), TimeSpan.Zero), _venue, _source, epoch);
        await DoAsync(async token =>
        {
            try
            {
                switch (await Recorder.RunAsync(request, By, token))
                {
                    case SaleOutcome.Recorded(var sale):
                        (_amount, _price, _fees, _transaction, _epoch) = ("", "", "0", "", "");
                        return ($"Recorded: {Format.Usd(sale.NetUsd)} net.", Tone.Good);
                    case SaleOutcome.Known: return ("This transaction is recorded already.", Tone.Warn);
                    case SaleOutcome.MoreThanHeld(var held):
                        _wrong["units"] = $"Only {held} can have been sold of it.";
                        return ("Nothing was recorded.", Tone.Warn);
                    case SaleOutcome.EpochClosed(var next):
                        _wrong["epoch"] = $"It is closed; {next} is open.";
                        return ("Nothing was recorded.", Tone.Warn);
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

    private async Task TakeBackAsync(Sale sale)
    {
        if (await _confirm!.AskAsync() is not { } why) { return; }
        await DoAsync(async token => await Recorder.TakeBackAsync(sale.Id, By, why, token) ? ("Taken back.", Tone.Good) : ("Its epoch is closed: it stands.", Tone.Warn));
    }

    private BigInteger Units(Asset asset)
    {
        var tokens = Number("units", _amount);
        try { return TokenAmount.Of(tokens, asset).Units; }
        catch (ArgumentException)
        {
            _wrong["units"] = $"{asset.Id} has {asset.Decimals} decimals at most.";
            return 0;
        }
    }

    private decimal Number(string field, string text)
    {
        if (decimal.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) { return number; }
        _wrong[field] = "A number, such as 12.5.";
        return 0;
    }

    private static RenderFragment Text(string text) => builder => builder.AddContent(0, text);
}
