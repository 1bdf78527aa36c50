using Nirmaan.Testing;

namespace Nirmaan.Networks.Tests;

/// <summary>One local chain for all its classes, which run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ChainCollection : ICollectionFixture<LocalChain>
{
    public const string Name = "local chain";
}
