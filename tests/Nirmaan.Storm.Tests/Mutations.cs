using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Nirmaan.Control.Data;
using Nirmaan.Control.Fleet;
using Nirmaan.Control.Fleet.Effects;
using Nirmaan.Domain.Fleet;

namespace Nirmaan.Storm.Tests;

/// <summary>A protection that is taken away, to see that the storm misses it.</summary>
internal enum Mutation { None, NoFence, NoLookUp, NoReconciler }

/// <summary>How each is taken away: by what stands around the control plane in the test, never by a switch in it.</summary>
internal static class Mutations
{
    public static void Apply(Mutation mutation, IServiceCollection services)
    {
        switch (mutation)
        {
            case Mutation.NoFence: services.ConfigureDbContext<NirmaanDbContext>(options => options.AddInterceptors(new BlindToTokens())); break;
            case Mutation.NoLookUp:
                // The first handler that the control plane registers is the creates'.
                services.Remove(services.First(s => s.ServiceType == typeof(IOperationHandler)));
                services.AddSingleton<IOperationHandler>(s => new SendsAgain(s.GetRequiredService<CreateHandler>()));
                break;
        }
    }

    /// <summary>Whoever asks for an operation under a token gets it under anybody's.</summary>
    private sealed class BlindToTokens : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (command.CommandText.StartsWith("SELECT", StringComparison.Ordinal)) { command.CommandText = System.Text.RegularExpressions.Regex.Replace(command.CommandText, @" AND \w+\.token = @\w+", ""); }
            return ValueTask.FromResult(result);
        }
    }

    /// <summary>A create whose end nobody knows is sent again without a look.</summary>
    private sealed class SendsAgain(IOperationHandler inner) : IOperationHandler
    {
        public IReadOnlyList<OperationKind> Kinds => inner.Kinds;
        public Task<Hold?> HoldAsync(NirmaanDbContext db, Operation operation, DateTimeOffset now, CancellationToken cancellationToken) => inner.HoldAsync(db, operation, now, cancellationToken);
        public Task<Effect> SendAsync(Operation operation, CancellationToken cancellationToken) => inner.SendAsync(operation, cancellationToken);
        public Task<LookUp> LookUpAsync(Operation operation, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<LookUp>(new LookUp.SafeToRepeat());
        public Task SucceedAsync(NirmaanDbContext db, Operation operation, Effect.Done done, DateTimeOffset now, CancellationToken cancellationToken) => inner.SucceedAsync(db, operation, done, now, cancellationToken);
        public Task RejectAsync(NirmaanDbContext db, Operation operation, Effect.Refused refused, DateTimeOffset now, CancellationToken cancellationToken) => inner.RejectAsync(db, operation, refused, now, cancellationToken);
    }
}
