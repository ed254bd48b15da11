using System.Net;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>What stands before the service: section <c>ForwardedHeaders</c>.</summary>
public sealed class ProxyOptions
{
    /// <summary>Addresses of proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed. None: nobody's are.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Networks of such proxies, as 10.0.0.0/8.</summary>
    public IList<string> KnownNetworks { get; } = [];
}

/// <summary>Says all that is wrong with the settings, at start.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        List<string> faults =
        [
            .. options.KnownProxies.Where(address => !IPAddress.TryParse(address, out _))
                .Select(address => $"ForwardedHeaders:KnownProxies holds \"{address}\", which is not an IP address."),
            .. options.KnownNetworks.Where(network => !IPNetwork.TryParse(network, out _))
                .Select(network => $"ForwardedHeaders:KnownNetworks holds \"{network}\", which is not a network such as 10.0.0.0/8."),
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
