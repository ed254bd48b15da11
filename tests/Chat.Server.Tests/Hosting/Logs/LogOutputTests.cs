using System.Globalization;
using System.Text;
using Chat.Server.Hosting.Logs;

namespace Chat.Server.Tests.Hosting.Logs;

/// <summary>No line is lost, torn or out of its thread's order, whatever the stream does; and nobody waits who need not.</summary>
public sealed class LogOutputTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void Lines_of_many_threads_come_whole_each_threads_in_its_order()
    {
        const int writers = 16;
        const int each = 2_000;
        using var stream = new MemoryStream();
        using (var output = new LogOutput(stream))
        {
            var threads = Enumerable.Range(0, writers).Select(writer => new Thread(() =>
            {
                for (var line = 0; line < each; line++)
                    Write(output, $"{writer} {line}", isUrgent: line % 500 == 0);
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }

        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ').Select(part => int.Parse(part, CultureInfo.InvariantCulture)).ToArray()).ToList();
        Assert.Equal(writers * each, lines.Count);
        Assert.All(lines.GroupBy(line => line[0], line => line[1]), written => Assert.Equal(Enumerable.Range(0, each), written));
    }

    [Fact]
    public void Lines_that_come_together_are_written_together()
    {
        using var stream = new GatedStream();
        using var output = new LogOutput(stream);
        Write(output, "first", isUrgent: true);
        Assert.True(stream.Entered.Wait(Patience));

        for (var line = 0; line < 100; line++)
            Write(output, "later");
        stream.Open();
        output.Dispose();

        Assert.Equal(2, stream.Writes);
        Assert.Equal("first\n".Length + (100 * "later\n".Length), stream.Written);
    }

    [Fact]
    public void Whoever_logs_waits_for_a_stream_that_stands_still_only_beyond_a_megabyte()
    {
        using var stream = new GatedStream();
        using var output = new LogOutput(stream);
        Write(output, "first", isUrgent: true);
        Assert.True(stream.Entered.Wait(Patience));
        var line = new string('x', 1023);
        for (var kilobytes = 0; kilobytes <= 1024; kilobytes++)
            Write(output, line);

        var beyond = new Thread(() => Write(output, "beyond"));
        beyond.Start();
        Assert.False(beyond.Join(TimeSpan.FromMilliseconds(100)));

        stream.Open();
        Assert.True(beyond.Join(Patience));
        output.Dispose();
        Assert.Equal("first\n".Length + (1025 * 1024) + "beyond\n".Length, stream.Written);
    }

    [Fact]
    public void A_stream_that_fails_ends_nothing()
    {
        using var stream = new GatedStream { Fault = new IOException("The pipe is gone.") };
        stream.Open();
        using var output = new LogOutput(stream);
        Write(output, "lost", isUrgent: true);
        Assert.True(stream.Entered.Wait(Patience));
        stream.Fault = null;

        Write(output, "kept");
        output.Dispose();

        Assert.Equal("kept\n".Length, stream.Written);
    }

    [Fact]
    public void What_is_logged_after_the_end_is_dropped()
    {
        using var stream = new MemoryStream();
        var output = new LogOutput(stream);
        output.Dispose();

        Write(output, "late");
        output.Dispose();

        Assert.Equal(0, stream.Length);
    }

    private static void Write(LogOutput output, string line, bool isUrgent = false) => output.Write(Encoding.UTF8.GetBytes(line + "\n"), isUrgent);

    /// <summary>A stream that takes nothing until it is opened.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();

        public ManualResetEventSlim Entered { get; } = new();

        public IOException? Fault { get; set; }

        public int Writes { get; private set; }

        public long Written { get; private set; }

        public void Open() => _open.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fault = Fault;
            Entered.Set();
            _open.Wait();
            if (fault is not null)
                throw fault;
            (Writes, Written) = (Writes + 1, Written + buffer.Length);
        }

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
