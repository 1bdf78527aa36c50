namespace Nirmaan.Sandbox.World;

/// <summary>A part of the world that changes its ways when the manual clock gives over to the system's.</summary>
public interface IGoesLive
{
    /// <summary>Called once, when everything due up to now has happened and the clock is live.</summary>
    Task GoLiveAsync(CancellationToken cancellationToken);
}
