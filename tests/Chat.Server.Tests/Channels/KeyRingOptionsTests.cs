using System.Security.Cryptography.X509Certificates;
using Chat.Server.Channels;
using Configured = Chat.Server.Tests.Hosting.Settings;

namespace Chat.Server.Tests.Channels;

/// <summary>A certificate that cannot work ends the start with a sentence that says why, and holds no secret.</summary>
public sealed class KeyRingOptionsTests : IDisposable
{
    private const string Setting = "DataProtection:CertificatePath";

    private readonly string _folder = Directory.CreateTempSubdirectory("chat-certificates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void By_default_there_is_none()
    {
        var options = Configured.Read<KeyRingOptions>();

        Assert.Equal((null, null, null), (options.CertificatePath, options.CertificatePassword, options.CertificateKeyPath));
        Assert.Empty(options.PreviousCertificates);
    }

    [Fact]
    public void Every_form_in_which_a_certificate_comes_is_taken()
    {
        var certificate = TestCertificates.First;
        Assert.Empty(FaultsOf(certificate.WritePkcs12(_folder), TestCertificates.Password));
        Assert.Empty(FaultsOf(certificate.WritePkcs12(_folder, null)));
        Assert.Empty(FaultsOf(certificate.WritePem(_folder, certificate.KeyPem())));
        Assert.Empty(FaultsOf(certificate.WritePem(_folder, certificate.EncryptedKeyPem()), TestCertificates.Password));
        Assert.Empty(FaultsOf(certificate.WritePem(_folder), key: TestCertificates.WriteText(_folder, certificate.KeyPem())));
        Assert.Empty(FaultsOf(certificate.WritePem(_folder), TestCertificates.Password, TestCertificates.WriteText(_folder, certificate.EncryptedKeyPem())));
        Assert.Empty(FaultsOf(""));
    }

    [Fact]
    public void A_previous_certificate_may_have_expired()
    {
        using var expired = TestCertificates.Until(new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Empty(Configured.Faults(("DataProtection:PreviousCertificates:0:Path", expired.WritePkcs12(_folder)), ("DataProtection:PreviousCertificates:0:Password", TestCertificates.Password)));
    }

    [Fact]
    public void A_file_that_is_not_there_or_is_something_else_is_named()
    {
        var missing = Path.Combine(_folder, "missing.pfx");
        Assert.Equal([$"{Setting} names {missing}, which does not exist."], FaultsOf(missing));
        Assert.Equal([$"{Setting} names {_folder}, which cannot be read."], FaultsOf(_folder));
        Assert.Equal(
            [$"{Setting} names a file that is neither PEM nor PKCS#12 that DataProtection:CertificatePassword opens."],
            FaultsOf(TestCertificates.WriteText(_folder, "no certificate"), TestCertificates.Password));
        Assert.Equal([$"DataProtection:CertificateKeyPath names {missing}, which does not exist."], FaultsOf(TestCertificates.First.WritePem(_folder), key: missing));
    }

    [Fact]
    public void A_password_that_does_not_open_is_told_and_not_repeated()
    {
        var pkcs12 = FaultsOf(TestCertificates.First.WritePkcs12(_folder), "wrong-canary");
        Assert.Equal([$"{Setting} names a file that is neither PEM nor PKCS#12 that DataProtection:CertificatePassword opens."], pkcs12);

        var pem = TestCertificates.First.WritePem(_folder, TestCertificates.First.EncryptedKeyPem());
        Assert.Equal([$"{Setting} names a PEM file that cannot be opened: its key is not the certificate's, or DataProtection:CertificatePassword does not open it."], FaultsOf(pem, "wrong-canary"));
        Assert.DoesNotContain("canary", string.Concat(FaultsOf(pem)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_its_private_key_is_told()
    {
        using var alone = X509CertificateLoader.LoadCertificate(TestCertificates.First.RawData);
        Assert.Equal([$"{Setting} names a certificate without its private key."], FaultsOf(alone.WritePkcs12(_folder), TestCertificates.Password));
        Assert.Equal(
            [$"{Setting} names a certificate without its private key: it must stand in the same PEM file, or in the one that DataProtection:CertificateKeyPath names."],
            FaultsOf(alone.WritePem(_folder)));
        Assert.Equal(
            [$"{Setting} names a PEM file that cannot be opened: its key is not the certificate's, or DataProtection:CertificatePassword does not open it."],
            FaultsOf(alone.WritePem(_folder, TestCertificates.Second.KeyPem())));
    }

    [Fact]
    public void A_certificate_that_is_not_valid_today_is_told()
    {
        using var expired = TestCertificates.Until(new DateTimeOffset(2021, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var early = TestCertificates.From(new DateTimeOffset(2110, 1, 2, 3, 4, 5, TimeSpan.Zero));

        Assert.Matches($@"^{Setting} names a certificate that expired at 2021-01-02 \d\d:04:05Z\.$", Assert.Single(FaultsOf(expired.WritePkcs12(_folder), TestCertificates.Password)));
        Assert.Matches($@"^{Setting} names a certificate that is not valid before 2110-01-02 \d\d:04:05Z\.$", Assert.Single(FaultsOf(early.WritePkcs12(_folder), TestCertificates.Password)));
    }

    [Fact]
    public void A_key_that_cannot_encrypt_or_is_too_short_is_told()
    {
        using var elliptic = TestCertificates.Elliptic();
        using var weak = TestCertificates.Short();

        Assert.Equal([$"{Setting} names a certificate whose key is not an RSA key."], FaultsOf(elliptic.WritePkcs12(_folder), TestCertificates.Password));
        Assert.Equal([$"{Setting} names a certificate whose key has 1024 bits; 2048 are the least."], FaultsOf(weak.WritePkcs12(_folder), TestCertificates.Password));
    }

    [Fact]
    public void All_faults_of_all_certificates_are_told_together()
    {
        using var elliptic = TestCertificates.Elliptic();
        var faults = Configured.Faults(
            ("DataProtection:CertificatePassword", "password-canary"),
            ("DataProtection:PreviousCertificates:0:Password", "password-canary"),
            ("DataProtection:PreviousCertificates:1:Path", elliptic.WritePkcs12(_folder)),
            ("DataProtection:PreviousCertificates:1:Password", TestCertificates.Password),
            ("DataProtection:PreviousCertificates:2:Path", "missing.pem"));

        Assert.Equal(
            [
                "DataProtection:CertificatePath must name the certificate that DataProtection:CertificatePassword or CertificateKeyPath belong to.",
                "DataProtection:PreviousCertificates:0:Path must name a file.",
                "DataProtection:PreviousCertificates:1:Path names a certificate whose key is not an RSA key.",
                // Relative to the content root.
                $"DataProtection:PreviousCertificates:2:Path names {Path.GetFullPath("missing.pem")}, which does not exist.",
            ],
            faults);
    }

    private static IReadOnlyList<string> FaultsOf(string path, string? password = null, string? key = null) => Configured.Faults(
        ("DataProtection:CertificatePath", path), ("DataProtection:CertificatePassword", password), ("DataProtection:CertificateKeyPath", key));
}
