namespace Chat.Server.Tests.Infrastructure;

/// <summary>Waits for what background work does, as long as it takes but not for ever.</summary>
internal static class Eventually
{
    // Between two looks the core is left to whoever is waited for.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(1);

    public static async Task TrueAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "It did not happen within 20 seconds.");
            await Task.Delay(LookAgain, TimeProvider.System);
        }
    }
}
