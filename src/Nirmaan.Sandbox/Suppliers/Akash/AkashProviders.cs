namespace Nirmaan.Sandbox.Suppliers.Akash;

/// <summary>The sandbox's providers: big and small, dear and cheap, some offline, unaudited or of an old version, as on the real market.</summary>
internal static class AkashProviders
{
    /// <summary>A fresh set, everything free.</summary>
    public static IReadOnlyList<AkashProvider> Create() =>
    [
        new() { Slug = "northstar", Organization = "Northstar Compute", Region = "us-west", Country = "United States", CountryCode = "US", City = "Portland",
            Uptime7d = 0.9992, PriceFactor = 1.02m,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 48, ["rtx-4090"] = 16, ["l40s"] = 8 } },
        new() { Slug = "cascadia", Organization = "Cascadia GPU", Region = "us-west", Country = "United States", CountryCode = "US", City = "Seattle",
            Uptime7d = 0.9981, PriceFactor = 0.97m,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 24, ["a100-80gb"] = 8, ["rtx-a4000"] = 16 } },
        new() { Slug = "hudson", Organization = "Hudson Datacenters", Region = "us-east", Country = "United States", CountryCode = "US", City = "Newark",
            Uptime7d = 0.9996, PriceFactor = 1.08m,
            ReclamationSeconds = 86400, Stock = new Dictionary<string, int> { ["h100-sxm"] = 16, ["a100-80gb"] = 16, ["rtx-a6000"] = 16 } },
        new() { Slug = "lakeshore", Organization = "Lakeshore Cloud", Region = "us-central", Country = "United States", CountryCode = "US", City = "Chicago",
            Uptime7d = 0.9913, PriceFactor = 0.94m,
            Stock = new Dictionary<string, int> { ["rtx-3090"] = 32, ["rtx-a5000"] = 16, ["t4"] = 8 } },
        new() { Slug = "tagus", Organization = "Tagus Labs", Region = "eu-west", Country = "Portugal", CountryCode = "PT", City = "Lisbon", Uptime7d = 0.9971,
            PriceFactor = 0.99m,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 32, ["l40s"] = 16, ["rtx-4090"] = 8 } },
        new() { Slug = "vistula", Organization = "Vistula Hosting", Region = "eu-central", Country = "Poland", CountryCode = "PL", City = "Warsaw",
            Uptime7d = 0.9858, PriceFactor = 0.90m,
            Stock = new Dictionary<string, int> { ["rtx-3090"] = 32, ["rtx-4090"] = 24, ["rtx-a4000"] = 24, ["rtx-a5000"] = 8 } },
        new() { Slug = "sakura", Organization = "Sakura Render", Region = "ap-northeast", Country = "Japan", CountryCode = "JP", City = "Osaka",
            Uptime7d = 0.9989, PriceFactor = 1.05m,
            Stock = new Dictionary<string, int> { ["rtx-4090"] = 16, ["l40s"] = 8, ["rtx-a4000"] = 16, ["rtx-a6000"] = 8 } },
        new() { Slug = "straits", Organization = "Straits AI", Region = "ap-southeast", Country = "Singapore", CountryCode = "SG", City = "Singapore",
            Uptime7d = 0.9622, PriceFactor = 0.84m, BidSeconds = (30, 58),
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 16, ["rtx-3060"] = 16 } },
        new() { Slug = "dunes", Organization = "Dunes Compute", Region = "me-central", Country = "United Arab Emirates", CountryCode = "AE", City = "Dubai",
            Uptime7d = 0.4127, PriceFactor = 0.80m, IsOnline = false,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 16 } },
        new() { Slug = "garage", Organization = "Garage Miners", Region = "eu-north", Country = "Sweden", CountryCode = "SE", City = "Kiruna",
            Uptime7d = 0.9717, PriceFactor = 0.55m, IsAudited = false,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 24, ["rtx-3090"] = 40 } },
        new() { Slug = "outback", Organization = "Outback GPU", Region = "ap-south", Country = "Australia", CountryCode = "AU", City = "Perth",
            Uptime7d = 0.9365, PriceFactor = 0.88m, IsValidVersion = false,
            Stock = new Dictionary<string, int> { ["rtx-a6000"] = 8, ["rtx-4090"] = 8 } },
    ];
}
