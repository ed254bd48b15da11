using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Chat.Server.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Chat.Server.Channels;

/// <summary>
/// The secret that a channel's webhook calls are signed with: made when it is first needed, sealed at rest as the key is, and
/// for its own channel and purpose alone.
/// </summary>
public sealed class WebhookSecrets(Database database, IDataProtectionProvider protection)
{
    private const string Prefix = "whsec_";
    private const int RandomBytes = 32;

    private static readonly Sql Select = Sql.Portable("""
        SELECT webhook_secret_sealed FROM dbo.channels WHERE public_id = @publicId AND alert_webhook_url IS NOT NULL AND webhook_secret_sealed IS NOT NULL;
        """);

    // Of two that make one at once, the first is kept and both read it.
    private static readonly Sql Keep = Sql.Portable("""
        UPDATE dbo.channels SET webhook_secret_sealed = @sealedSecret
        WHERE public_id = @publicId AND alert_webhook_url IS NOT NULL AND webhook_secret_sealed IS NULL;
        """);

    /// <summary>The channel's secret; null where there is no such channel, or it has no webhook.</summary>
    public async Task<string?> FindAsync(Guid publicId, CancellationToken cancellationToken)
    {
        var protector = protection.CreateProtector("Chat.WebhookSecret", publicId.ToString("D"));
        var sealedSecret = await ReadAsync(publicId, cancellationToken);
        if (sealedSecret is null)
        {
            // Sealed before the transaction: sealing may add to the key ring, which is a write of its own.
            var fresh = protector.Protect(Encoding.UTF8.GetBytes(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes))));
            await database.WriteIdempotentAsync(session => session.ExecuteAsync(Keep, new { publicId, sealedSecret = fresh }), cancellationToken);
            sealedSecret = await ReadAsync(publicId, cancellationToken);
        }

        return sealedSecret is null ? null : Encoding.UTF8.GetString(protector.Unprotect(sealedSecret));
    }

    private Task<byte[]?> ReadAsync(Guid publicId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.FirstOrDefaultAsync<byte[]>(Select, new { publicId }), cancellationToken);
}
