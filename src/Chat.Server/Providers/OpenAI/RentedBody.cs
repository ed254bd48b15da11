using System.Buffers;

namespace Chat.Server.Providers.OpenAI;

/// <summary>A body that is read whole into rented memory: what every answer would else allocate is most of a kilobyte.</summary>
internal struct RentedBody : IDisposable
{
    private const int FirstBytes = 4 * 1024;
    private const int MostFirstBytes = 64 * 1024;

    private byte[] _bytes;
    private int _length;

    /// <summary>What was read; until it is disposed.</summary>
    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Reads to the end.</summary>
    /// <exception cref="ProviderException">There are more than <paramref name="maxBytes"/>.</exception>
    public static async ValueTask<RentedBody> ReadAsync(HttpContent content, long maxBytes, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > maxBytes)
            throw ProviderException.TooLarge();
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        // One more than there is, the read that finds the end needs room too; and no more on the upstream's word alone than is cheap.
        var first = (int)Math.Min(content.Headers.ContentLength ?? FirstBytes, MostFirstBytes) + 1;
        var body = new RentedBody { _bytes = ArrayPool<byte>.Shared.Rent(first) };
        try
        {
            while (await stream.ReadAsync(body._bytes.AsMemory(body._length), cancellationToken) is > 0 and var read)
                body.Add(read, maxBytes);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Gives the memory back. No text lingers in it.</summary>
    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_bytes, clearArray: true);

    private void Add(int read, long maxBytes)
    {
        _length += read;
        if (_length > maxBytes)
            throw ProviderException.TooLarge();
        if (_length < _bytes.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(_length * 2);
        Span.CopyTo(larger);
        Dispose();
        _bytes = larger;
    }
}
