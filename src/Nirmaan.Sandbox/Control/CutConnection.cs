namespace Nirmaan.Sandbox.Control;

/// <summary>How a connection breaks off in the middle of a line.</summary>
internal static class CutConnection
{
    /// <summary>Sends the beginning of something and drops the connection.</summary>
    public static async Task CutAsync(this HttpContext http, string begin)
    {
        await http.Response.WriteAsync(begin, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }
}
