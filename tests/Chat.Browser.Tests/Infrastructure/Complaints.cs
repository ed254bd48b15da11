using Microsoft.Playwright;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>What a browser says that a policy has forbidden.</summary>
internal static class Complaints
{
    /// <summary>A list that grows with each complaint from now on.</summary>
    public static IReadOnlyList<string> Of(IBrowserContext context)
    {
        var complaints = new List<string>();
        context.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
                complaints.Add(message.Text);
        };
        return complaints;
    }
}
