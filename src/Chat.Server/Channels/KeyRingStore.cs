using System.Xml.Linq;
using Chat.Server.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Chat.Server.Channels;

/// <summary>Keeps Data Protection's key ring in the database, so that any instance opens any sealed key.</summary>
internal sealed class KeyRingStore(Database database, TimeProvider time) : IXmlRepository
{
    private static readonly Sql SelectAll = Sql.Portable("SELECT xml FROM dbo.data_protection_keys ORDER BY key_id;");

    private static readonly Sql Insert = Sql.Portable(
        "INSERT INTO dbo.data_protection_keys (friendly_name, xml, created_at) VALUES (@friendlyName, @xml, @now);");

    // The interface is synchronous; it is called once at start and about every three months.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. database.ReadAsync(session => session.ListAsync<string>(SelectAll), CancellationToken.None).GetAwaiter().GetResult().Select(XElement.Parse)];

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(
            session => session.ExecuteAsync(Insert, new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting), now = time.GetUtcNow() }),
            CancellationToken.None).GetAwaiter().GetResult();
}
