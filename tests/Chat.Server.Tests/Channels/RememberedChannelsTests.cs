using Chat.Server.Channels;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Channels;

/// <summary>
/// What an instance remembers of channels, with look-ups and changes laid over each other in every order. The store of these tests
/// is a number that a change counts up; a stale channel is one with a lower number than was seen or told before.
/// </summary>
public sealed class RememberedChannelsTests
{
    private const string Key = "key";

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly FakeTime _time = new(ChatApp.Noon);

    /// <summary>Something that remembers channels: the product's, or another.</summary>
    private interface IMemory
    {
        Channel? Find(string key);

        /// <summary>Begins a look-up, and gives what ends it.</summary>
        Action<Channel?> Begin(string key);

        void Forget();
    }

    [Fact]
    public void What_was_looked_up_is_remembered_for_5_seconds_from_the_beginning_of_the_look_up()
    {
        var memory = new Product(_time);
        var end = memory.Begin(Key);
        _time.Advance(TimeSpan.FromSeconds(2));
        end(Version(1));
        _time.Advance(MaxAge - TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1));
        Assert.Equal(1, Number(memory.Find(Key)));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(memory.Find(Key));
    }

    [Fact]
    public void A_look_up_that_took_longer_than_5_seconds_is_not_remembered_at_all()
    {
        var memory = new Product(_time);
        var end = memory.Begin(Key);
        _time.Advance(MaxAge);
        end(Version(1));
        Assert.Null(memory.Find(Key));
    }

    [Fact]
    public void A_look_up_that_began_before_a_change_is_not_remembered_after_it()
    {
        Assert.Null(AfterAChange(new Product(_time)));
        // The control: a memory that stores what comes, as most do (LiteLLM #25553).
        Assert.Equal(1, Number(AfterAChange(new Naive(_time))));

        static Channel? AfterAChange(IMemory memory)
        {
            var end = memory.Begin(Key);
            memory.Forget();
            end(Version(1));
            return memory.Find(Key);
        }
    }

    // Another instance's change lies between the two reads: nobody here was told of it.
    [Theory]
    [InlineData(2)]
    [InlineData(null)]
    public void Of_two_look_ups_at_once_that_disagree_neither_is_remembered(int? later)
    {
        Assert.Null(AtOnce(new Product(_time), Version(later), Version(1)));
        Assert.Null(AtOnce(new Product(_time), Version(1), Version(later)));
        Assert.Equal(1, Number(AtOnce(new Naive(_time), Version(later), Version(1))));
    }

    [Fact]
    public void Of_two_look_ups_at_once_that_agree_the_last_is_remembered() =>
        Assert.Equal(1, Number(AtOnce(new Product(_time), Version(1), Version(1))));

    [Fact]
    public void Nothing_is_remembered_of_a_key_that_is_not_there_and_what_was_is_forgotten()
    {
        var memory = new Product(_time);
        memory.Begin(Key)(null);
        Assert.Null(memory.Find(Key));
        memory.Begin(Key)(Version(1));
        memory.Begin(Key)(null);
        Assert.Null(memory.Find(Key));
    }

    [Fact]
    public void Keys_do_not_disturb_each_other()
    {
        var memory = new Product(_time);
        foreach (var number in Enumerable.Range(0, 2_000))
            memory.Begin($"key-{number}")(Version(number));
        Assert.All(Enumerable.Range(0, 2_000), number => Assert.Equal(number, Number(memory.Find($"key-{number}"))));
    }

    [Fact]
    public void Ten_thousand_random_interleavings_bring_nothing_stale_back()
    {
        Assert.Equal(0, StaleAnswers(() => new Product(_time)));
        Assert.True(StaleAnswers(() => new Naive(_time)) > 100);
    }

    // Look-ups that begin, read and end at random; changes made here, after which nothing older may be found; changes made
    // elsewhere, of which nothing is known but what look-ups bring, and which must not be undone once one has brought it.
    private int StaleAnswers(Func<IMemory> create)
    {
        var random = new Random(20260405);
        var stale = 0;
        for (var schedule = 0; schedule < 10_000; schedule++)
        {
            var memory = create();
            var (stored, known) = (1, 0);
            List<(Action<Channel?> End, int? Read)> underWay = [];
            for (var step = 0; step < 16; step++)
            {
                var chosen = underWay.Count == 0 ? 0 : random.Next(underWay.Count);
                switch (random.Next(7))
                {
                    case 0 or 1:
                        underWay.Add((memory.Begin(Key), null));
                        break;
                    case 2 when underWay.Count > 0 && underWay[chosen].Read is null:
                        underWay[chosen] = (underWay[chosen].End, stored);
                        break;
                    case 3 or 4 when underWay.Count > 0 && underWay[chosen].Read is { } read:
                        underWay[chosen].End(Version(read));
                        underWay.RemoveAt(chosen);
                        known = Math.Max(known, read);
                        break;
                    case 5:
                        stored++;
                        if (random.Next(2) == 0)
                        {
                            known = stored;
                            memory.Forget();
                        }

                        break;
                    default:
                        _time.Advance(TimeSpan.FromMilliseconds(random.Next(2_000)));
                        break;
                }

                stale += memory.Find(Key) is { } found && Number(found) < known ? 1 : 0;
            }
        }

        return stale;
    }

    private static Channel? AtOnce(IMemory memory, Channel? endsFirst, Channel? endsLast)
    {
        var (one, other) = (memory.Begin(Key), memory.Begin(Key));
        one(endsFirst);
        other(endsLast);
        return memory.Find(Key);
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(number))]
    private static Channel? Version(int? number) => number is null
        ? null
        : new Channel { ChannelId = number.Value, UpdatedAt = ChatApp.Noon.AddSeconds(number.Value), Settings = new ChannelSettings { Name = "A channel" } };

    private static long Number(Channel? channel) => channel?.ChannelId ?? -1;

    private sealed class Product(TimeProvider time) : IMemory
    {
        private readonly RememberedChannels _remembered = new(time);

        public Channel? Find(string key) => _remembered.Find(key);

        public Action<Channel?> Begin(string key)
        {
            var look = _remembered.Begin();
            return channel => _remembered.End(look, key, channel);
        }

        public void Forget() => _remembered.Forget();
    }

    private sealed class Naive(TimeProvider time) : IMemory
    {
        private readonly Dictionary<string, (Channel Channel, long At)> _entries = new(StringComparer.Ordinal);

        public Channel? Find(string key) => _entries.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < MaxAge ? entry.Channel : null;

        public Action<Channel?> Begin(string key) => channel =>
        {
            if (channel is not null)
                _entries[key] = (channel, time.GetTimestamp());
        };

        public void Forget() => _entries.Clear();
    }
}
