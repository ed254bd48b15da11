using System.Threading.Channels;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>A model that says what a test wants, when it wants it: each question that reaches it is a turn to be led by the hand.</summary>
internal sealed class Model
{
    private readonly Channel<ModelTurn> _turns = Channel.CreateUnbounded<ModelTurn>();

    public Model(FakeUpstream upstream) => upstream.OnRequest = async (request, context) =>
    {
        var turn = new ModelTurn(request);
        await _turns.Writer.WriteAsync(turn);
        await turn.RunAsync(context);
    };

    /// <summary>The next question, which must come.</summary>
    public Task<ModelTurn> NextAsync() => _turns.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience);

    /// <summary>Whether a question is there that nobody has looked at: one that was asked twice.</summary>
    public bool HasMore => _turns.Reader.TryPeek(out _);
}

/// <summary>One question at the model.</summary>
internal sealed class ModelTurn(UpstreamRequest request)
{
    private readonly Channel<Func<HttpContext, Task>> _steps = Channel.CreateUnbounded<Func<HttpContext, Task>>();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UpstreamRequest Request => request;

    /// <summary>Ends when the service has hung up.</summary>
    public Task Cut => _cut.Task.WaitAsync(Eventually.Patience);

    public void Say(string text) => _steps.Writer.TryWrite(context => context.SayAsync(text));

    public void End()
    {
        _steps.Writer.TryWrite(context => context.EndStreamAsync());
        _steps.Writer.Complete();
    }

    /// <summary>Says all of it, in pieces of a few words.</summary>
    public void SayAll(string text)
    {
        for (var at = 0; at < text.Length; at += 12)
            Say(text.Substring(at, Math.Min(12, text.Length - at)));
        End();
    }

    /// <summary>Refuses instead of answering; before anything was said.</summary>
    public void Refuse(int status = 500)
    {
        _steps.Writer.TryWrite(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        _steps.Writer.Complete();
    }

    internal async Task RunAsync(HttpContext context)
    {
        context.RequestAborted.Register(() => _cut.TrySetResult());
        var begun = false;
        try
        {
            await foreach (var step in _steps.Reader.ReadAllAsync(context.RequestAborted))
            {
                if (!begun && !_steps.Reader.Completion.IsCompleted)
                    await context.BeginStreamAsync();
                begun = true;
                await step(context);
            }
        }
        catch (OperationCanceledException)
        {
            // The service has hung up.
        }
    }
}
