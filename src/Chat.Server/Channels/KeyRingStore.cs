using System.Xml.Linq;
using Chat.Server.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Chat.Server.Channels;

/// <summary>Keeps Data Protection's key ring in the database, so that any instance opens any sealed key; encrypted, where a certificate is configured.</summary>
internal sealed class KeyRingStore(Database database, KeyRingSeal seal, TimeProvider time) : IXmlRepository
{
    private static readonly Sql SelectAll = Sql.Portable("SELECT key_id, xml FROM dbo.data_protection_keys ORDER BY key_id;");

    private static readonly Sql Insert = Sql.Portable(
        "INSERT INTO dbo.data_protection_keys (friendly_name, xml, created_at) VALUES (@friendlyName, @xml, @now);");

    private static readonly Sql Replace = Sql.Portable("UPDATE dbo.data_protection_keys SET xml = @xml WHERE key_id = @keyId;");

    // The interface is synchronous; it is called once at start and about every three months.
    /// <exception cref="KeyRingLockedException">A key cannot be opened. The framework would pass over it and begin another.</exception>
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.ReadAsync(session => session.ListAsync<KeyRow>(SelectAll), CancellationToken.None).GetAwaiter().GetResult()
            .Select(row => seal.Open(row.Parse()))];

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(
            session => session.ExecuteAsync(Insert, new { friendlyName, xml = Text(seal.Seal(element)), now = time.GetUtcNow() }),
            CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>
    /// Opens every key, and encrypts with today's certificate those that stand in clear or are encrypted with a previous one. Any
    /// number of instances may do it at once.
    /// </summary>
    /// <returns>How many keys were encrypted.</returns>
    /// <exception cref="KeyRingLockedException">A key cannot be opened; nothing was changed.</exception>
    public async Task<int> ResealAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAlwaysAsync(session => session.ListAsync<KeyRow>(SelectAll), cancellationToken);
        var opened = rows.Select(row => (row.KeyId, Sealed: row.Parse())).Select(row => (row.KeyId, row.Sealed, Key: seal.Open(row.Sealed))).ToList();
        var outdated = opened.Where(row => !seal.IsCurrent(row.Sealed)).ToList();
        foreach (var row in outdated)
        {
            var xml = Text(seal.Seal(row.Key));
            await database.WriteAlwaysAsync(session => session.ExecuteAsync(Replace, new { xml, keyId = row.KeyId }), cancellationToken);
        }

        return outdated.Count;
    }

    private static string Text(XElement key) => key.ToString(SaveOptions.DisableFormatting);

    private sealed record KeyRow
    {
        public long KeyId { get; init; }

        public string Xml { get; init; } = "";

        public XElement Parse()
        {
            try
            {
                return XElement.Parse(Xml);
            }
            catch (System.Xml.XmlException fault)
            {
                throw new KeyRingLockedException($"The key ring in the database cannot be opened: row {KeyId} of data_protection_keys is not XML. Restore it from a backup.", fault);
            }
        }
    }
}
