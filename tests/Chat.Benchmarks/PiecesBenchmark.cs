using System.Net.ServerSentEvents;
using System.Text;
using BenchmarkDotNet.Attributes;
using Chat.Server.Channels;
using Chat.Server.Conversations;
using Chat.Server.Http;
using Chat.Server.Providers.OpenAI;
using Chat.Server.Quotas;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Chat.Benchmarks;

/// <summary>
/// What the pieces of a chat cost that are neither its transactions (<c>admission</c>) nor its rendering (<c>render</c>): the key's
/// channel, remembered and read; the prompt, with ten turns before it; a streamed reply of 16 events, read from the upstream and
/// written again for the caller.
/// </summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class PiecesBenchmark
{
    private const int TurnsBefore = 10, Pieces = 16;

    private static readonly TurnLimits Limits = new(131_072, 1_024);

    private static readonly ChannelSettings Settings = new()
    {
        SystemPrompt = "You answer questions of visitors of a bicycle shop. Be brief and friendly.",
        Knowledge = "## Hours\n\nMonday to Saturday from nine until eight.\n",
    };

    private readonly List<Turn> _turns = [.. Enumerable.Repeat(new Turn { Message = "How late are you open?", Reply = "Until **eight** in the evening." }, TurnsBefore)];
    private readonly byte[] _upstream = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(
        "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"twenty characters at\"},\"finish_reason\":null}]}\n\n",
        Pieces)));

    private BenchedService _service = null!;
    private ChannelStore _store = null!;
    private ChannelDirectory _directory = null!;
    private byte[] _hash = [];
    private string _key = "";

    /// <summary>Makes a database with one channel.</summary>
    [GlobalSetup]
    public async Task StartAsync()
    {
        _service = await BenchedService.StartAsync();
        _store = _service.Get<ChannelStore>();
        _directory = _service.Get<ChannelDirectory>();
        _key = await _service.CreateKeyAsync();
        _hash = ChannelKey.Hash(_key);
    }

    /// <summary>Ends it.</summary>
    [GlobalCleanup]
    public async Task StopAsync() => await _service.DisposeAsync();

    /// <summary>The channel of a key that was asked for within the last 5 seconds; once in that time it is read.</summary>
    [Benchmark]
    public ValueTask<Channel?> KeyRemembered() => _directory.FindByKeyAsync(_key, CancellationToken.None);

    /// <summary>The channel of a key, from the store.</summary>
    [Benchmark]
    public Task<Channel?> KeyRead() => _store.FindByKeyHashAsync(_hash, CancellationToken.None);

    /// <summary>The prompt of a session that has talked.</summary>
    [Benchmark]
    public Prompt PromptBuilt()
    {
        var draft = new PromptDraft(PromptFrame.Of(Settings, Limits, "Can I return a bicycle then?", new PageMetadata { Title = "Returns", Url = "https://shop.example/returns" }));
        foreach (var turn in _turns)
            draft.TryAdd(turn);
        return draft.ToPrompt();
    }

    /// <summary>A streamed reply: the upstream's events read, the caller's written and each flushed.</summary>
    [Benchmark]
    public async Task<int> EventsWrittenAgain()
    {
        using var body = new MemoryStream(_upstream);
        var context = new DefaultHttpContext { RequestServices = _service.Services };
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        var events = await EventStream.OpenAsync(context);
        var written = 0;
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            await events.AddAsync("delta", new TurnDelta { Text = OpenAIResponse.Event(item).Choices![0]!.Delta!.Content! });
            await events.FlushAsync();
            written++;
        }

        return written == Pieces ? written : throw new InvalidOperationException($"{written} events.");
    }
}
