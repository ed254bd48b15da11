using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Chat.Server.Channels;
using Chat.Server.Storage;
using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Hosting;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using static Chat.Server.Tests.Channels.KeyRings;

namespace Chat.Server.Tests.Channels;

/// <summary>The key ring in the database: encrypted by a certificate where one is configured, and never begun anew where it cannot be opened.</summary>
public sealed class KeyRingTests : IDisposable
{
    private const string InClear = "stands in the database in clear";

    private readonly string _folder = Directory.CreateTempSubdirectory("chat-key-ring-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task With_a_certificate_nothing_of_the_ring_is_stored_in_clear()
    {
        await using var plain = new ChatApp();
        await plain.CreateChannelAsync();
        // The control: without a certificate the secret is there to be read, by the same search.
        Assert.NotEmpty(SecretsIn(Ring(plain)));

        await using var app = Encrypted(_folder, TestCertificates.First);
        await app.CreateChannelAsync();

        Assert.Empty(SecretsIn(Ring(app)));
        Assert.Contains("EncryptedData", Ring(app), StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", Ring(app), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_instance_with_the_certificate_opens_what_the_first_has_sealed(bool pem)
    {
        await using var first = Encrypted(_folder, TestCertificates.First);
        var channel = await first.CreateChannelAsync();
        await using var second = pem
            ? new ChatApp(_folder)
                .With("DataProtection:CertificatePath", TestCertificates.First.WritePem(_folder))
                .With("DataProtection:CertificateKeyPath", TestCertificates.WriteText(_folder, TestCertificates.First.KeyPem()))
            : Encrypted(_folder, TestCertificates.First);

        Assert.Equal(channel.Key, await RevealAsync(second, channel));
        Assert.Equal(1, Rows.Count(second, "data_protection_keys"));
    }

    [Fact]
    public async Task The_framework_alone_opens_the_ring_with_the_certificate()
    {
        await using var app = Encrypted(_folder, TestCertificates.First);
        var channel = await app.CreateChannelAsync();
        var sealedKey = Convert.FromHexString(Text(app, "SELECT hex(key_sealed) FROM channels;"));
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("Chat").DisableAutomaticKeyGeneration().UnprotectKeysWithAnyCertificate(TestCertificates.First);
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new Rings(Ring(app)));
        await using var provider = services.BuildServiceProvider();

        var opened = provider.GetRequiredService<IDataProtectionProvider>().CreateProtector("Chat.ChannelKey", channel.Id.ToString()).Unprotect(sealedKey);

        Assert.Equal(channel.Key, Encoding.UTF8.GetString(opened));
    }

    [Fact]
    public async Task A_ring_that_was_in_clear_is_encrypted_by_the_first_start_with_a_certificate()
    {
        TestChannel channel;
        await using (var plain = new ChatApp(_folder))
            channel = await plain.CreateChannelAsync();
        await using var app = Encrypted(_folder, TestCertificates.First);

        Assert.Equal(channel.Key, await RevealAsync(app, channel));
        Assert.Empty(SecretsIn(Ring(app)));
        Assert.Contains(app.Log.Lines, line => line.Contains("Encrypted 1 keys of the key ring", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_rotation_the_old_keys_open_and_the_old_certificate_is_soon_no_longer_needed()
    {
        TestChannel channel;
        await using (var old = Encrypted(_folder, TestCertificates.First))
            channel = await old.CreateChannelAsync();

        await using (var rotated = Encrypted(_folder, TestCertificates.Second, previous: TestCertificates.First))
            Assert.Equal(channel.Key, await RevealAsync(rotated, channel));
        await using (var after = Encrypted(_folder, TestCertificates.Second))
            Assert.Equal(channel.Key, await RevealAsync(after, channel));

        var refused = await StartAsync(TestCertificates.First);
        Assert.Contains(TestCertificates.Second.Thumbprint, refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_right_certificate_a_start_and_a_command_end_with_a_sentence_and_no_new_ring_is_begun(bool another)
    {
        TestChannel channel;
        await using (var app = Encrypted(_folder, TestCertificates.First))
            channel = await app.CreateChannelAsync();
        var ring = RingOf(_folder);
        var configured = another ? TestCertificates.Second : null;

        foreach (var result in new[] { await StartAsync(configured), await StartAsync(configured, "channel", "create", "--name", "Mine"), await StartAsync(configured, "channel", "key", channel.Id.ToString()) })
        {
            Assert.Equal(1, result.ExitCode);
            Assert.DoesNotContain("chat_", result.Output, StringComparison.Ordinal);
            Assert.Matches(
                $"The key ring in the database cannot be opened: key [0-9a-f-]{{36}} is encrypted with the certificate {TestCertificates.First.Thumbprint}, which is not configured. "
                + "Set DataProtection:CertificatePath, or DataProtection:PreviousCertificates, to it.",
                result.Error);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(ring, RingOf(_folder));
        await using var right = Encrypted(_folder, TestCertificates.First);
        Assert.Equal(channel.Key, await RevealAsync(right, channel));
    }

    [Fact]
    public async Task A_wrong_certificate_that_only_shows_later_is_503_and_never_a_wrong_key()
    {
        TestChannel channel;
        await using (var app = Encrypted(_folder, TestCertificates.First))
            channel = await app.CreateChannelAsync();
        var newest = Migration.For(DatabaseEngine.Sqlite)[^1].Name;
        await using var wrong = Encrypted(_folder, TestCertificates.Second).With("Storage:MigrateOnStart", "false");
        Sqlite.Execute(wrong.DatabasePath, $"DELETE FROM schema_migrations WHERE name = '{newest}';");
        Assert.Equal(503, (await ReadyAsync(wrong)).Status);

        Sqlite.Execute(wrong.DatabasePath, $"INSERT INTO schema_migrations (name, applied_at) VALUES ('{newest}', 0);");
        for (var tries = 0; (await ReadyAsync(wrong)).Body != """{"status":"unavailable","missing":["the key ring cannot be opened"]}"""; tries++)
        {
            Assert.True(tries < 500, "It was never told.");
            wrong.Time.Advance(TimeSpan.FromSeconds(2));
        }

        using (var revealed = await wrong.AdminAsync(HttpMethod.Get, $"/admin/v1/channels/{channel.Id}/key"))
            await Problem.AssertAsync(revealed, "service_unavailable");
        using (var made = await wrong.AdminAsync(HttpMethod.Post, "/admin/v1/channels", new System.Text.Json.Nodes.JsonObject { ["name"] = "Mine" }))
            await Problem.AssertAsync(made, "service_unavailable");
        Assert.Equal(1, Rows.Count(wrong, "data_protection_keys"));
        Assert.Single(wrong.Log.Lines, line => line.StartsWith("Error Chat.Server.Hosting.StoreStartup", StringComparison.Ordinal) && line.Contains(TestCertificates.First.Thumbprint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_another_instance_added_with_an_unknown_certificate_is_503_here_and_no_new_one_is_made()
    {
        var newest = Migration.For(DatabaseEngine.Sqlite)[^1].Name;
        await using (var migrating = new ChatApp(_folder))
            await ReadyAsync(migrating);
        Sqlite.Execute(Path.Combine(_folder, "chat.db"), $"DELETE FROM data_protection_keys; DELETE FROM schema_migrations WHERE name = '{newest}';");
        // The service begins with a store that it may not use yet, and so without the ring: it reads it when it is first needed.
        await using var app = Encrypted(_folder, TestCertificates.First).With("Storage:MigrateOnStart", "false");
        await ReadyAsync(app);
        Sqlite.Execute(app.DatabasePath, $"INSERT INTO schema_migrations (name, applied_at) VALUES ('{newest}', 0);");
        for (var tries = 0; (await ReadyAsync(app)).Status != 200; tries++)
        {
            Assert.True(tries < 500, "It never became ready.");
            app.Time.Advance(TimeSpan.FromSeconds(2));
        }

        Rows.Execute(app, $"INSERT INTO data_protection_keys (friendly_name, xml, created_at) VALUES ('other', '{Sealed(TestCertificates.Second)}', 0);");

        using var made = await app.AdminAsync(HttpMethod.Post, "/admin/v1/channels", new System.Text.Json.Nodes.JsonObject { ["name"] = "Mine" });

        await Problem.AssertAsync(made, "service_unavailable");
        Assert.Equal((1, 0), ((int)Rows.Count(app, "data_protection_keys"), (int)Rows.Count(app, "channels")));
        Assert.Contains(app.Log.Lines, line => line.Contains($"is encrypted with the certificate {TestCertificates.Second.Thumbprint}, which is not configured", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ring_in_clear_is_told_once_in_Production_and_not_in_Development_and_the_framework_is_silent()
    {
        await using var production = new ChatApp();
        await production.CreateChannelAsync();
        await using var development = new ChatApp { Environment = "Development" };
        await development.CreateChannelAsync();
        await using var encrypted = Encrypted(_folder, TestCertificates.First);
        await encrypted.CreateChannelAsync();

        var warning = Assert.Single(production.Log.Lines, line => line.Contains(InClear, StringComparison.Ordinal));
        Assert.StartsWith("Warning Chat.Server.Channels.KeyRing", warning, StringComparison.Ordinal);
        foreach (var app in new[] { development, encrypted })
            Assert.DoesNotContain(app.Log.Lines, line => line.Contains(InClear, StringComparison.Ordinal));
        foreach (var app in new[] { production, development, encrypted })
            Assert.DoesNotContain(app.Log.Lines, line => line.Contains("No XML encryptor", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(DatabaseEngine.SqlServer, false, true)]
    [InlineData(DatabaseEngine.SqlServer, true, true)]
    [InlineData(DatabaseEngine.Sqlite, true, true)]
    [InlineData(DatabaseEngine.Sqlite, false, false)]
    public void Who_should_encrypt_the_ring_is_told(DatabaseEngine engine, bool production, bool told) =>
        Assert.Equal(told, KeyRing.ShouldBeEncrypted(engine, production));

    [Fact]
    public async Task A_certificate_that_ends_within_a_month_is_told()
    {
        using var ending = TestCertificates.Until(ChatApp.Noon.AddDays(29));
        await using var app = Encrypted(_folder, ending);
        await ReadyAsync(app);

        Assert.Single(app.Log.Lines, line => line.Contains("expires at 2026-05-04 12:00:30Z", StringComparison.Ordinal));
    }

    private Task<ProcessResult> StartAsync(X509Certificate2? certificate, params string[] arguments)
    {
        Dictionary<string, string> settings = [];
        if (certificate is not null)
            (settings["DataProtection__CertificatePath"], settings["DataProtection__CertificatePassword"]) = (certificate.WritePkcs12(_folder), TestCertificates.Password);
        return ProgramRun.RunAsync(_folder, settings, arguments);
    }

    // The key material of the framework's own form: the master key stands in an element of that name, in base64.
    private static List<string> SecretsIn(string ring) => [.. XElement.Parse($"<ring>{ring}</ring>").Descendants("masterKey").Select(element => (string)element.Element("value")!)];

    private sealed class Rings(string xml) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [XElement.Parse(xml)];

        public void StoreElement(XElement element, string friendlyName) => throw new NotSupportedException("Nothing is to be stored.");
    }
}
