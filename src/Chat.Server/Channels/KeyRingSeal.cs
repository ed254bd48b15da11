using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.Options;

namespace Chat.Server.Channels;

/// <summary>
/// The key ring, or a key of it, cannot be opened with what is configured. Nothing may be sealed meanwhile: a ring that was begun
/// anew would hide this, and the keys that the old one sealed would be lost.
/// </summary>
internal sealed class KeyRingLockedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Encrypts keys of the ring with the configured certificate and opens them with any that is configured. What stands in the
/// database is the framework's own form of it (XML Encryption), so that any ASP.NET Core tool with the certificate can read it,
/// and a code of the key material beside it: that form alone does not notice every change, and would open as another key.
/// </summary>
internal sealed class KeyRingSeal : IDisposable
{
    private static readonly XNamespace Framework = "http://schemas.asp.net/2015/03/dataProtection";
    private static readonly XName RequiresEncryption = Framework + "requiresEncryption";
    private static readonly XName EncryptedSecret = Framework + "encryptedSecret";
    private static readonly XName Integrity = "integrity";
    private static readonly XNamespace Signature = SignedXml.XmlDsigNamespaceUrl;

    private readonly CertificateXmlEncryptor? _encryptor;
    private readonly Dictionary<string, X509Certificate2> _certificates = new(StringComparer.OrdinalIgnoreCase);

    public KeyRingSeal(IOptions<KeyRingOptions> options, IHostEnvironment environment, ILoggerFactory loggers)
    {
        foreach (var file in options.Value.Files)
        {
            var certificate = file.Open(environment.ContentRootPath);
            if (file.Encrypts)
                (Certificate, _encryptor) = (certificate, new CertificateXmlEncryptor(certificate, loggers));
            if (!_certificates.TryAdd(certificate.Thumbprint, certificate))
                certificate.Dispose();
        }
    }

    /// <summary>The certificate that encrypts; null when none is configured.</summary>
    public X509Certificate2? Certificate { get; }

    public void Dispose()
    {
        foreach (var certificate in _certificates.Values)
            certificate.Dispose();
    }

    /// <summary>The key with its secrets encrypted; as it is, where no certificate is configured.</summary>
    public XElement Seal(XElement key)
    {
        var result = new XElement(key);
        while (_encryptor is not null && Secrets(result).FirstOrDefault() is { } secret)
        {
            var encrypted = _encryptor.Encrypt(new XElement(secret));
            secret.ReplaceWith(new XElement(
                EncryptedSecret,
                new XAttribute("decryptorType", encrypted.DecryptorType.AssemblyQualifiedName!),
                new XAttribute(Integrity, Convert.ToBase64String(CodeOf(key, secret))),
                encrypted.EncryptedElement));
        }

        return result;
    }

    /// <summary>The key with its secrets in clear.</summary>
    /// <exception cref="KeyRingLockedException">No configured certificate opens it, or it was changed.</exception>
    public XElement Open(XElement key)
    {
        var result = new XElement(key);
        foreach (var sealedSecret in EncryptedSecrets(result))
        {
            var secret = Decrypt(key, sealedSecret);
            // As it was before it was encrypted: so it is, whenever it is encrypted again.
            secret.SetAttributeValue(RequiresEncryption, true);
            sealedSecret.ReplaceWith(secret);
        }

        return result;
    }

    /// <summary>Whether the key is sealed as this process would seal it now; where no certificate is configured, it is as it may be.</summary>
    public bool IsCurrent(XElement key) =>
        Certificate is null
        || (!Secrets(key).Any() && EncryptedSecrets(key).All(secret => ThumbprintOf(secret) == Certificate.Thumbprint));

    private static IEnumerable<XElement> Secrets(XElement key) => key.DescendantsAndSelf().Where(element => (bool?)element.Attribute(RequiresEncryption) == true);

    // Other decryptors are the framework's business: this ring has none.
    private static List<XElement> EncryptedSecrets(XElement key) =>
    [
        .. key.DescendantsAndSelf(EncryptedSecret)
            .Where(element => ((string?)element.Attribute("decryptorType"))?.StartsWith(typeof(EncryptedXmlDecryptor).FullName!, StringComparison.Ordinal) == true),
    ];

    private static string? ThumbprintOf(XElement sealedSecret)
    {
        var encoded = sealedSecret.Descendants(Signature + "X509Certificate").FirstOrDefault()?.Value;
        using var certificate = encoded is null ? null : X509CertificateLoader.LoadCertificate(Convert.FromBase64String(encoded));
        return certificate?.Thumbprint;
    }

    // Who does not know the key material can neither make this code nor change the material and keep it true.
    private static byte[] CodeOf(XElement key, XElement secret) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret.Value.Trim()), Encoding.UTF8.GetBytes($"Chat.KeyRing {IdOf(key)}"));

    private static string? IdOf(XElement key) => (string?)key.Attribute("id");

    private XElement Decrypt(XElement key, XElement sealedSecret)
    {
        try
        {
            var thumbprint = ThumbprintOf(sealedSecret);
            if (thumbprint is null || !_certificates.TryGetValue(thumbprint, out var certificate))
                throw Locked($"is encrypted with the certificate {thumbprint}, which is not configured. Set DataProtection:CertificatePath, or DataProtection:PreviousCertificates, to it");
            var secret = Decrypt(sealedSecret.Elements().Single(), certificate);
            return CryptographicOperations.FixedTimeEquals(CodeOf(key, secret), Convert.FromBase64String((string?)sealedSecret.Attribute(Integrity) ?? ""))
                ? secret
                : throw new CryptographicException("The key material is not what was encrypted.");
        }
        catch (Exception fault) when (fault is CryptographicException or XmlException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw Locked("is damaged. Restore its row of data_protection_keys from a backup", fault);
        }

        KeyRingLockedException Locked(string reason, Exception? inner = null) =>
            new($"The key ring in the database cannot be opened: key {IdOf(key)} {reason}.", inner);
    }

    private static XElement Decrypt(XElement encryptedData, X509Certificate2 certificate)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        using (var reader = new XElement("key", encryptedData).CreateReader())
            document.Load(reader);
        new KeyRingXml(document, certificate).DecryptDocument();
        using var decrypted = new XmlNodeReader(document.DocumentElement!.FirstChild!);
        return XElement.Load(decrypted);
    }

    /// <summary>XML Encryption whose key is for one certificate, which need not be in a store of the machine.</summary>
    private sealed class KeyRingXml(XmlDocument document, X509Certificate2 certificate) : EncryptedXml(document)
    {
        public override byte[]? DecryptEncryptedKey(EncryptedKey encryptedKey)
        {
            using var key = certificate.GetRSAPrivateKey();
            var oaep = encryptedKey.EncryptionMethod?.KeyAlgorithm == XmlEncRSAOAEPUrl;
            return DecryptKey(encryptedKey.CipherData.CipherValue!, key!, oaep);
        }
    }
}
