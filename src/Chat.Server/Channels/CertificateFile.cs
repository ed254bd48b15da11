using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Chat.Server.Channels;

/// <summary>A certificate that cannot be used; the message is a sentence for the operator, without a secret.</summary>
internal sealed class CertificateFileException(string message) : Exception(message);

/// <summary>A certificate as it is configured.</summary>
/// <param name="Setting">What its settings' names begin with, such as <c>DataProtection:Certificate</c>.</param>
/// <param name="Path">The file, relative to the content root.</param>
/// <param name="Password">What opens it, where something must.</param>
/// <param name="KeyPath">The private key's own PEM file, where it has one.</param>
/// <param name="Encrypts">Whether it is the one that encrypts, and so must be valid today.</param>
internal sealed record CertificateFile(string Setting, string Path, string? Password, string? KeyPath, bool Encrypts)
{
    // Below this, RSA is no longer accepted for new keys (NIST SP 800-131A).
    private const int MinKeyBits = 2048;

    /// <summary>Opens the certificate with its private key.</summary>
    /// <exception cref="CertificateFileException">It is not there, cannot be opened, or is not of a kind that can encrypt a key ring.</exception>
    public X509Certificate2 Open(string root)
    {
        if (string.IsNullOrWhiteSpace(Path))
            throw new CertificateFileException($"{Setting}Path must name a file.");
        var content = Read($"{Setting}Path", Path, root);
        var text = Encoding.UTF8.GetString(content);
        var certificate = text.Contains("-----BEGIN ", StringComparison.Ordinal) ? OpenPem(text, root) : OpenPkcs12(content);
        if (FaultOf(certificate) is not { } fault)
            return certificate;
        certificate.Dispose();
        throw new CertificateFileException($"{Setting}Path {fault}");
    }

    /// <summary>What forbids to encrypt with the certificate at a time; null when nothing does.</summary>
    public string? PeriodFault(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (begin, end) = (new DateTimeOffset(certificate.NotBefore), new DateTimeOffset(certificate.NotAfter));
        return now > end ? $"{Setting}Path names a certificate that expired at {end:u}."
            : now < begin ? $"{Setting}Path names a certificate that is not valid before {begin:u}."
            : null;
    }

    private static byte[] Read(string setting, string path, string root)
    {
        var file = System.IO.Path.GetFullPath(path, root);
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CertificateFileException($"{setting} names {file}, which does not exist.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CertificateFileException($"{setting} names {file}, which cannot be read.");
        }
    }

    private static string? FaultOf(X509Certificate2 certificate)
    {
        if (!certificate.HasPrivateKey)
            return "names a certificate without its private key.";
        using var key = certificate.GetRSAPrivateKey();
        return key switch
        {
            null => "names a certificate whose key is not an RSA key.",
            { KeySize: < MinKeyBits } => $"names a certificate whose key has {key.KeySize} bits; {MinKeyBits} are the least.",
            _ => null,
        };
    }

    private X509Certificate2 OpenPkcs12(byte[] content)
    {
        try
        {
            // macOS alone cannot do without a key container.
            var storage = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
            return X509CertificateLoader.LoadPkcs12(content, Password, storage);
        }
        catch (CryptographicException)
        {
            throw new CertificateFileException($"{Setting}Path names a file that is neither PEM nor PKCS#12 that {Setting}Password opens.");
        }
    }

    private X509Certificate2 OpenPem(string certificate, string root)
    {
        var key = string.IsNullOrWhiteSpace(KeyPath) ? certificate : Encoding.UTF8.GetString(Read($"{Setting}KeyPath", KeyPath, root));
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new CertificateFileException($"{Setting}Path names a certificate without its private key: it must stand in the same PEM file, or in the one that {Setting}KeyPath names.");
        try
        {
            return key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromEncryptedPem(certificate, key, Password)
                : X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new CertificateFileException($"{Setting}Path names a PEM file that cannot be opened: its key is not the certificate's, or {Setting}Password does not open it.");
        }
    }
}
