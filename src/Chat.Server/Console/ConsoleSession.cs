using System.Text.Json.Serialization;
using Chat.Server.Administration;
using Chat.Widget.Home;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Server.Console;

/// <summary>
/// The owner's being signed in: a sealed ticket in a cookie, which any instance can read. It ends 12 hours after it began, and with the token that it was
/// given for. It opens these pages only: <c>/admin/v1</c> wants the token itself.
/// </summary>
internal sealed class ConsoleSession(IDataProtectionProvider protection, AdminToken token, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly Seal _seal = new(protection, "Console.Session");

    public bool IsOpen(HttpContext context) =>
        _seal.Open(context.Request.Cookies[ConsoleCookies.Session], ConsoleJson.Default.ConsoleTicket) is { } ticket
        && time.GetUtcNow().ToUnixTimeSeconds() < ticket.ExpiresAt
        && token.Fingerprint is { } fingerprint
        && ticket.Token == fingerprint;

    public void Open(HttpContext context)
    {
        var ticket = new ConsoleTicket { Token = token.Fingerprint!, ExpiresAt = (time.GetUtcNow() + Lifetime).ToUnixTimeSeconds() };
        context.Response.Cookies.Append(ConsoleCookies.Session, _seal.Close(ticket, ConsoleJson.Default.ConsoleTicket), ConsoleCookies.Options(context, Lifetime));
    }

    public static void Close(HttpContext context) => context.Response.Cookies.Delete(ConsoleCookies.Session, ConsoleCookies.Options(context, null));
}

/// <summary>What the cookie holds, sealed.</summary>
internal sealed record ConsoleTicket
{
    /// <summary>The fingerprint of the token that was presented.</summary>
    public required string Token { get; init; }

    /// <summary>When it ends, in Unix seconds.</summary>
    public required long ExpiresAt { get; init; }
}

/// <summary>The JSON of what is sealed.</summary>
[JsonSerializable(typeof(ConsoleTicket))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
