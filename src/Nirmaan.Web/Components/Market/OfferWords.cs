using Nirmaan.Control.Fleet;
using Nirmaan.Domain.Market;

namespace Nirmaan.Web.Components.Market;

/// <summary>Why an offer is not taken, in words.</summary>
public static class OfferWords
{
    /// <summary>The funnel's reasons; see <see cref="OfferSearch.Reasons"/>.</summary>
    public static string Why(string reason) => reason switch
    {
        "other offer" => "another offer was named",
        "supplier" => "another supplier, or one that is switched off",
        "mining permission" => "mining permission not recorded",
        "vm need" => "no virtual machines",
        "ports" => "no open ports",
        "gpu" => "another GPU",
        "gpus per machine" => "too few GPUs in one machine",
        "vram" => "too little GPU memory",
        "cuda" => "driver too old for the CUDA it needs",
        "region" => "another region",
        "provider" => "provider's uptime too low",
        "blocked" => "provider is blocked",
        "maintenance" => "supplier is in maintenance",
        "quota" => "our account there is full or out of money",
        "refused us" => "refused us when asked",
        "price unknown" => "price unknown",
        "price" => "above the ceiling",
        "sold out" => "nothing free",
        PlannedOffer.Dearer => "fits; better ones are enough",
        _ => reason,
    };

    /// <summary>A price that the supplier honours, or one that is only known when a bid is accepted.</summary>
    public static string Kind(PriceKind kind) => kind == PriceKind.Quoted ? "quoted" : "estimated";

    /// <summary>What the kind means.</summary>
    public static string KindTip(PriceKind kind) => kind == PriceKind.Quoted ? "The supplier names it and will honour it." : "A median of past bids: the real price is known when a bid is accepted.";
}
