using System.Diagnostics;
using Chat.Server.Providers.Guide;
using Xunit.Abstractions;

namespace Chat.Server.Tests.Providers;

public sealed class GuideIndexCacheTests(ITestOutputHelper output)
{
    [Fact]
    public void The_same_text_is_indexed_once()
    {
        using var cache = new KnowledgeIndexCache();
        using var first = cache.Rent("# A\nx");
        using var second = cache.Rent(new string("# A\nx".AsSpan()));

        Assert.Same(first.Index, second.Index);
    }

    [Fact]
    public void The_least_recently_used_goes_first_and_is_disposed()
    {
        using var cache = new KnowledgeIndexCache(maxEntries: 2);
        var (a, b) = (Use(cache, "a"), Use(cache, "b"));
        Use(cache, "a");
        Use(cache, "c");

        Assert.Equal(2, cache.Count);
        Assert.Same(a, Use(cache, "a"));
        Assert.ThrowsAny<InvalidOperationException>(() => b.Rank(["b"]));
    }

    [Fact]
    public void Much_text_evicts_before_the_number_does()
    {
        using var cache = new KnowledgeIndexCache(maxCharacters: 1_000);
        Use(cache, new string('a', 600));
        Use(cache, new string('b', 600));
        Assert.Equal(1, cache.Count);

        Use(cache, new string('c', 5_000));
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public void An_index_that_is_evicted_in_use_lives_as_long_as_its_use()
    {
        using var cache = new KnowledgeIndexCache(maxEntries: 1);
        var lease = cache.Rent("# Shipping\nFive.");
        Use(cache, "another");

        Assert.Single(lease.Index.Rank(["shipping"]));
        lease.Dispose();
        Assert.ThrowsAny<InvalidOperationException>(() => lease.Index.Rank(["shipping"]));
    }

    [Fact]
    public void A_disposed_cache_gives_nothing_out()
    {
        var cache = new KnowledgeIndexCache();
        cache.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cache.Rent("a"));
    }

    [Fact]
    public async Task Many_threads_over_more_texts_than_are_kept_all_get_the_right_answer()
    {
        using var cache = new KnowledgeIndexCache(maxEntries: 3);

        await Parallel.ForAsync(0, 400, (round, _) =>
        {
            var word = "word" + (char)('a' + (round % 7));
            using var lease = cache.Rent($"# {word}\nText of {word}.");
            Assert.Equal([0], lease.Index.Rank([word]).Keys);
            return ValueTask.CompletedTask;
        });

        Assert.True(cache.Count <= 3);
    }

    [Fact]
    public async Task Many_threads_may_ask_one_guide()
    {
        using var talk = new GuideTalk(GuideTalk.DemoKnowledge);
        await talk.AskAsync("warm up");
        var start = Stopwatch.GetTimestamp();

        await Parallel.ForAsync(0, 200, async (_, _) =>
            Assert.Contains("Docker", GuideTalk.SourceOf(await talk.AskAsync("run in docker")), StringComparison.Ordinal));

        output.WriteLine($"200 questions to one knowledge text: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }

    private static KnowledgeIndex Use(KnowledgeIndexCache cache, string knowledge)
    {
        using var lease = cache.Rent(knowledge);
        return lease.Index;
    }
}
