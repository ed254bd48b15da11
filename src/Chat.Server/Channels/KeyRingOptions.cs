using Microsoft.Extensions.Options;

namespace Chat.Server.Channels;

/// <summary>What encrypts the key ring that seals channel keys: section <c>DataProtection</c>. Paths are relative to the content root.</summary>
public sealed class KeyRingOptions
{
    /// <summary>
    /// A certificate of an RSA key of at least 2,048 bits, with its private key: PKCS#12, or PEM. Default none: the ring then stands
    /// in the database in clear.
    /// </summary>
    public string? CertificatePath { get; set; }

    /// <summary>The password of the PKCS#12 file, or of an encrypted PEM key.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>The PEM file of the private key, where it is not in the certificate's own.</summary>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Further certificates that may open the ring, as the one before the last renewal. They never encrypt, and may have expired.</summary>
    public IList<PreviousCertificateOptions> PreviousCertificates { get; } = [];

    /// <summary>All certificates that are configured, the one that encrypts first.</summary>
    internal IEnumerable<CertificateFile> Files
    {
        get
        {
            if (!string.IsNullOrWhiteSpace(CertificatePath))
                yield return new CertificateFile("DataProtection:Certificate", CertificatePath, CertificatePassword, CertificateKeyPath, Encrypts: true);
            for (var index = 0; index < PreviousCertificates.Count; index++)
            {
                var (setting, previous) = ($"DataProtection:PreviousCertificates:{index}:", PreviousCertificates[index]);
                yield return new CertificateFile(setting, previous.Path ?? "", previous.Password, previous.KeyPath, Encrypts: false);
            }
        }
    }
}

/// <summary>A certificate that only opens.</summary>
public sealed class PreviousCertificateOptions
{
    /// <summary>The certificate with its private key: PKCS#12, or PEM.</summary>
    public string? Path { get; set; }

    /// <summary>Its password, where it has one.</summary>
    public string? Password { get; set; }

    /// <summary>The PEM file of the private key, where it is not in the certificate's own.</summary>
    public string? KeyPath { get; set; }
}

/// <summary>Opens every certificate at start and says all that is wrong with them; never a password, nor what a file holds.</summary>
internal sealed class KeyRingOptionsValidator(TimeProvider time, IHostEnvironment environment) : IValidateOptions<KeyRingOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyRingOptions options)
    {
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(options.CertificatePath) && (options.CertificatePassword ?? options.CertificateKeyPath) is { Length: > 0 })
            faults.Add("DataProtection:CertificatePath must name the certificate that DataProtection:CertificatePassword or CertificateKeyPath belong to.");
        faults.AddRange(options.Files.Select(FaultOf).OfType<string>());
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private string? FaultOf(CertificateFile file)
    {
        try
        {
            using var certificate = file.Open(environment.ContentRootPath);
            return file.Encrypts ? file.PeriodFault(certificate, time.GetUtcNow()) : null;
        }
        catch (CertificateFileException fault)
        {
            return fault.Message;
        }
    }
}
