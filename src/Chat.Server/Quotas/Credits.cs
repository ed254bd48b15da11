namespace Chat.Server.Quotas;

/// <summary>Money: whole micro-credits inside, credits at the edge. 1 credit is 1,000,000 micro-credits.</summary>
public static class Credits
{
    /// <summary>Micro-credits in a credit.</summary>
    public const long Micro = 1_000_000;

    /// <summary>The most that an account can ever be granted, in credits: sums of it stay far inside 64 bits.</summary>
    public const long MaxGrant = 1_000_000_000;

    /// <summary>Micro-credits as credits, exactly.</summary>
    public static decimal FromMicro(long microCredits) => microCredits / (decimal)Micro;

    /// <summary>Credits as whole micro-credits; what is finer than one is cut off.</summary>
    public static long ToMicro(decimal credits) => (long)decimal.Truncate(credits * Micro);
}
