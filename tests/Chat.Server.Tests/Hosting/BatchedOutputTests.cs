using System.Text;
using Chat.Server.Hosting;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Hosting;

/// <summary>A log's lines go out together, soon, in order, and all of them.</summary>
public sealed class BatchedOutputTests : IDisposable
{
    private readonly FakeTime _time = new(ChatApp.Noon);
    private readonly Sink _sink = new();
    private readonly BatchedOutput _output;

    public BatchedOutputTests() => _output = new BatchedOutput(_sink, _time);

    public void Dispose() => _output.Dispose();

    [Fact]
    public void What_is_written_within_a_moment_goes_out_together()
    {
        _output.Write("one\n");
        _output.Write("zwei – 二\n");
        _output.Write('3');
        Assert.Empty(_sink.Written);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(["one\nzwei – 二\n3"], _sink.Written);

        _time.Advance(TimeSpan.FromMinutes(1));
        _output.Write("four\n");
        Assert.Single(_sink.Written);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal("four\n", _sink.Written[1]);
    }

    [Fact]
    public void More_than_is_kept_goes_out_at_once_and_in_order()
    {
        var lines = Enumerable.Range(0, 20_000).Select(number => $"line {number}\n").ToList();
        lines.ForEach(_output.Write);
        Assert.NotEmpty(_sink.Written);
        _output.Flush();
        Assert.Equal(string.Concat(lines), string.Concat(_sink.Written));
    }

    [Fact]
    public void The_end_is_written_too_and_nothing_after_it()
    {
        _output.Write("last\n");
        _output.Dispose();
        _output.Write("too late\n");
        _output.Flush();
        _output.Dispose();
        Assert.Equal(["last\n"], _sink.Written);
    }

    [Fact]
    public void A_disk_without_room_loses_lines_and_ends_nothing()
    {
        _sink.IsFull = true;
        _output.Write("lost\n");
        _time.Advance(TimeSpan.FromMilliseconds(50));
        _output.Write(new string('x', 100_000));
        _sink.IsFull = false;
        _output.Flush();
        _sink.Written.Clear();

        _output.Write("kept\n");
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(["kept\n"], _sink.Written);

        _sink.IsFull = true;
        _output.Write("the end\n");
        _output.Dispose();
    }

    [Fact]
    public async Task Lines_of_many_threads_stay_whole()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var number = 0; number < 1_000; number++)
                _output.Write($"{thread} {number}\n");
        })));
        _output.Flush();
        var lines = string.Concat(_sink.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(0, 8).SelectMany(thread => Enumerable.Range(0, 1_000).Select(number => $"{thread} {number}")).Order(StringComparer.Ordinal),
            lines.Order(StringComparer.Ordinal));
    }

    private sealed class Sink : MemoryStream
    {
        public List<string> Written { get; } = [];

        public bool IsFull { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (IsFull)
                throw new IOException("There is no room.");
            Written.Add(Encoding.UTF8.GetString(buffer));
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }
}
