using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Streaming;

/// <summary>The application behind a real socket, where flushing matters, and an upstream that a test leads by the hand.</summary>
public abstract class StreamTest : AppTest
{
    internal const string CleanAudit = """{"ok":true,"channels":1,"violations":[]}""";

    protected override ChatApp Configure(ChatApp app)
    {
        // An upstream that is led by the hand is silent for as long as a test's clock takes.
        app.With("Providers:mock:TimeoutSeconds", "600").With("Providers:mock:FirstTokenTimeoutSeconds", "600").With("Providers:mock:IdleTimeoutSeconds", "600");
        app.UseKestrel();
        app.StartServer();
        return app;
    }

    /// <summary>The upstream says this much and then waits; the rest, and the end, come when it is told to go on.</summary>
    private protected HeldUpstream Hold(string[] before, params string[] after)
    {
        var held = new HeldUpstream();
        Upstream.OnRequest = async (_, context) =>
        {
            await context.BeginStreamAsync();
            foreach (var piece in before)
                await context.SayAsync(piece);
            held.Reached.TrySetResult();
            await Task.WhenAny(held.Release.Task, held.CutWhen(context));
            foreach (var piece in after)
                await context.SayAsync(piece);
            await context.EndStreamAsync();
        };
        return held;
    }

    /// <summary>What the log complains of, but for the keys that a test's database keeps unencrypted.</summary>
    protected IEnumerable<string> Complaints() => App.Log.Lines.Where(line =>
        (line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal))
        && !line.Contains("DataProtection", StringComparison.Ordinal));

    protected async Task<string> AuditAsync()
    {
        using var response = await App.AdminAsync(HttpMethod.Get, "/admin/v1/audit");
        return await response.Content.ReadAsStringAsync();
    }

    protected async Task<(decimal Consumed, decimal Reserved)> AccountAsync()
    {
        var json = await App.ReadChannelAsync(Channel);
        return ((decimal)json["credits_consumed"]!, (decimal)json["credits_reserved"]!);
    }
}

/// <summary>An upstream in the middle of a reply.</summary>
internal sealed class HeldUpstream
{
    /// <summary>Set when it has said what comes before the wait.</summary>
    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets it go on.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when the service has cut the connection.</summary>
    public TaskCompletionSource Cut { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task CutWhen(HttpContext context)
    {
        await context.CutAsync();
        Cut.TrySetResult();
    }
}
