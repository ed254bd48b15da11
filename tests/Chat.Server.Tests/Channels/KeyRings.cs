using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Chat.Server.Channels;
using Chat.Server.Tests.Infrastructure;

namespace Chat.Server.Tests.Channels;

/// <summary>What tests of the key ring do with it: start instances with certificates, look at its rows, seal and open by hand.</summary>
internal static class KeyRings
{
    /// <summary>A key as the framework hands it to the store.</summary>
    public const string Key = """
        <key id="01900000-0000-7000-8000-000000000001" version="1"><descriptor><descriptor>
        <masterKey p4:requiresEncryption="true" xmlns:p4="http://schemas.asp.net/2015/03/dataProtection"><value>3q2+78r+ur4AESIzRFVmd4iZqrvM3e7/3q2+78r+ur4AESIzRFVmd4iZqrvM3e7/3q2+78r+ur4AESIzRFVmdw==</value></masterKey>
        </descriptor></descriptor></key>
        """;

    /// <summary>An instance on the database of a folder, with certificates.</summary>
    public static ChatApp Encrypted(string folder, X509Certificate2 certificate, X509Certificate2? previous = null)
    {
        var app = new ChatApp(folder).With("DataProtection:CertificatePath", certificate.WritePkcs12(folder)).With("DataProtection:CertificatePassword", TestCertificates.Password);
        return previous is null
            ? app
            : app.With("DataProtection:PreviousCertificates:0:Path", previous.WritePkcs12(folder)).With("DataProtection:PreviousCertificates:0:Password", TestCertificates.Password);
    }

    public static KeyRingSeal SealWith(X509Certificate2 certificate)
    {
        var folder = Directory.CreateTempSubdirectory("chat-certificates-").FullName;
        try
        {
            return SealWith(new KeyRingOptions { CertificatePath = certificate.WritePkcs12(folder), CertificatePassword = TestCertificates.Password }, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static KeyRingSeal SealWithNothing() => SealWith(new KeyRingOptions(), Path.GetTempPath());

    public static string Sealed(X509Certificate2 certificate)
    {
        using var seal = SealWith(certificate);
        return seal.Seal(XElement.Parse(Key)).ToString(SaveOptions.DisableFormatting);
    }

    public static string Ring(ChatApp app) => RingOf(app.Folder);

    public static string RingOf(string folder) => Text(Path.Combine(folder, "chat.db"), "SELECT group_concat(xml, '') FROM data_protection_keys;");

    public static string Text(ChatApp app, string sql) => Text(app.DatabasePath, sql);

    public static string Text(string path, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)command.ExecuteScalar()!;
    }

    public static async Task<string> RevealAsync(ChatApp app, TestChannel channel)
    {
        using var revealed = await app.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key");
        Assert.Equal(200, (int)revealed.StatusCode);
        return (string)(await revealed.JsonAsync())["key"]!;
    }

    public static async Task<(int Status, string Body)> ReadyAsync(ChatApp app)
    {
        using var response = await app.Client.GetAsync("/readyz");
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static KeyRingSeal SealWith(KeyRingOptions options, string folder) => new(
        Microsoft.Extensions.Options.Options.Create(options),
        new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { ContentRootPath = folder },
        Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
}
