namespace Nirmaan.Web.SignIn;

/// <summary>Where to go after signing in: a path of this site, never another site.</summary>
public static class ReturnUrl
{
    /// <summary>The given path when it is local, else the start page.</summary>
    public static string OrStart(string? url) => IsLocal(url) ? url! : "/";

    // "//host" and "/\host" leave the site in browsers; control characters are stripped by them and could hide either.
    private static bool IsLocal(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) && !url.StartsWith("/sign-in", StringComparison.OrdinalIgnoreCase);
}
