using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Chat.Server.WidgetHost;

/// <summary>
/// A limiter for each visitor. A visitor is an address, which configured proxies tell; of version 6 the first 64 bits, because the rest is the visitor's own
/// to choose.
/// </summary>
internal sealed class VisitorPartitions(int permitsPerMinute, TimeProvider time)
{
    // Beyond so many visitors within a minute the next share places, by chance and not by choice: memory stays bounded under any flood.
    private const int MostVisitors = 20_000;
    private const int SharedPlaces = 1_024;

    private int _visitors;

    /// <summary>The partition of one visitor.</summary>
    /// <param name="prefix">What sets apart visits that are limited on their own, such as those to different channels.</param>
    /// <param name="address">The visitor's address.</param>
    public RateLimitPartition<string> Of(string prefix, IPAddress? address)
    {
        var visitor = prefix + NetworkOf(address);
        var key = Volatile.Read(ref _visitors) < MostVisitors ? visitor : $"shared {(uint)visitor.GetHashCode(StringComparison.Ordinal) % SharedPlaces}";
        return RateLimitPartition.Get(key, _ => new VisitorLimiter(permitsPerMinute, time, by => Interlocked.Add(ref _visitors, by)));
    }

    /// <summary>Whom an address stands for.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
