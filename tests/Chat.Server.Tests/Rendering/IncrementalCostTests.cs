using Chat.Server.Rendering;

namespace Chat.Server.Tests.Rendering;

/// <summary>
/// A reply costs about as much as its whole rendering, however small the pieces in which it arrives. Measured as memory allocated, which is the same
/// on every machine and follows the work done.
/// </summary>
public sealed class IncrementalCostTests
{
    private const int Factor = 10;
    private const int BytesPerCall = 256;

    public static TheoryData<string> Shapes => [.. PathologicalShapes.Names];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void One_unit_at_a_time_costs_a_bounded_multiple_of_the_whole(string shape)
    {
        var text = PathologicalShapes.Make(shape, PathologicalShapes.ReplyLength);
        SafeMarkdown.ToHtml(text[..100]);
        var whole = Allocated(() => SafeMarkdown.ToHtml(text));
        var pieces = text.Select(c => c.ToString()).ToArray();

        var byPieces = Allocated(() => RenderByPieces(pieces));

        Assert.InRange(byPieces, 0, (Factor * whole) + (BytesPerCall * (long)text.Length));
    }

    [Fact]
    public void References_that_wait_are_not_read_again_for_every_definition()
    {
        var waiting = string.Concat(Enumerable.Repeat("[a] [b] `c` *d* ", 180));
        var text = string.Concat(Enumerable.Repeat(waiting + "\n", 2)) + "\n" + string.Concat(Enumerable.Range(0, 99).Select(i => $"[{i}]: http://b.example/{i}\n\n"));
        var whole = Allocated(() => SafeMarkdown.ToHtml(text));
        var pieces = text.Select(c => c.ToString()).ToArray();
        Assert.InRange(Allocated(() => RenderByPieces(pieces)), 0, (Factor * whole) + (BytesPerCall * (long)text.Length));
    }

    [Fact]
    public void A_line_that_does_not_end_costs_nothing_until_it_does()
    {
        var markdown = new IncrementalMarkdown();
        markdown.Append("x");
        markdown.TakeFinal();
        Assert.Equal(0, Allocated(() =>
        {
            for (var call = 0; call < 1_000; call++)
                markdown.TakeFinal();
        }));
    }

    private static void RenderByPieces(string[] pieces)
    {
        var markdown = new IncrementalMarkdown();
        foreach (var piece in pieces)
        {
            markdown.Append(piece);
            markdown.TakeFinal();
        }

        markdown.Complete();
    }

    private static long Allocated(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
