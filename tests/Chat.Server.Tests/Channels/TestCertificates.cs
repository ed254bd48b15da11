using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Chat.Server.Tests.Channels;

/// <summary>Certificates in files of a folder, made when they are needed: RSA keys are slow to make, so two serve all tests.</summary>
internal static class TestCertificates
{
    public const string Password = "password-canary";

    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset LongHence = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<RSA> FirstKey = new(() => RSA.Create(2048));
    private static readonly Lazy<RSA> SecondKey = new(() => RSA.Create(2048));

    public static X509Certificate2 First { get; } = Make(FirstKey.Value, "first", LongAgo, LongHence);

    public static X509Certificate2 Second { get; } = Make(SecondKey.Value, "second", LongAgo, LongHence);

    public static X509Certificate2 Until(DateTimeOffset end) => Make(FirstKey.Value, "ends", LongAgo, end);

    public static X509Certificate2 From(DateTimeOffset begin) => Make(FirstKey.Value, "begins", begin, LongHence);

    public static X509Certificate2 Elliptic()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=elliptic", key, HashAlgorithmName.SHA256).CreateSelfSigned(LongAgo, LongHence);
    }

    public static X509Certificate2 Short()
    {
        using var key = RSA.Create(1024);
        return Make(key, "short", LongAgo, LongHence);
    }

    /// <summary>Writes a PKCS#12 file and gives its path.</summary>
    public static string WritePkcs12(this X509Certificate2 certificate, string folder, string? password = Password) =>
        Write(folder, "pfx", path => File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password)));

    /// <summary>Writes a PEM file of the certificate alone.</summary>
    public static string WritePem(this X509Certificate2 certificate, string folder, string more = "") =>
        Write(folder, "pem", path => File.WriteAllText(path, $"{certificate.ExportCertificatePem()}\n{more}"));

    public static string KeyPem(this X509Certificate2 certificate) => certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem();

    public static string EncryptedKeyPem(this X509Certificate2 certificate) => certificate.GetRSAPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
        Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

    /// <summary>Writes any text and gives its path.</summary>
    public static string WriteText(string folder, string text) => Write(folder, "txt", path => File.WriteAllText(path, text));

    private static X509Certificate2 Make(RSA key, string name, DateTimeOffset begin, DateTimeOffset end) =>
        new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(begin, end);

    private static string Write(string folder, string extension, Action<string> write)
    {
        var path = Path.Combine(folder, $"{Path.GetRandomFileName()}.{extension}");
        write(path);
        return path;
    }
}
