namespace Chat.Server.Tests.Infrastructure;

/// <summary>Waits for what background work does, as long as it takes but not for ever.</summary>
internal static class Eventually
{
    /// <summary>How long anything is waited for: much longer than it takes, even on a machine that has much else to do.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Between two looks the core is left to whoever is waited for.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    public static async Task TrueAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"It did not happen within {Patience.TotalSeconds} seconds.");
            await Task.Delay(LookAgain, TimeProvider.System);
        }
    }
}
