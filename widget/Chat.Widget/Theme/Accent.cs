using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Chat.Widget.Theme;

/// <summary>
/// A colour that the owner chose, and what becomes of it where text must be readable on it or in it: WCAG 2.2, 1.4.3 asks for 4.5 to 1.
/// </summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Auto)]
public readonly record struct Accent(byte Red, byte Green, byte Blue)
{
    internal const double Readable = 4.5;

    /// <summary>The darkest ground that the accent is written on in the light scheme.</summary>
    internal static readonly Accent LightGround = new(0xef, 0xf1, 0xf5);

    /// <summary>The lightest ground in the dark scheme: what is readable there is readable on the darker ones.</summary>
    internal static readonly Accent DarkGround = new(0x2a, 0x2e, 0x35);

    /// <summary>What a widget has whose owner has chosen none.</summary>
    internal static readonly Accent Default = new(0x24, 0x56, 0xc7);

    internal static readonly Accent White = new(255, 255, 255);

    internal static readonly Accent Ink = new(0x10, 0x13, 0x18);

    /// <summary>As six digits, without the number sign.</summary>
    public string Hex => $"{Red:x2}{Green:x2}{Blue:x2}";

    /// <summary>As written, or darker until it is readable on light grounds.</summary>
    public Accent OnLight => Towards(new Accent(0, 0, 0), LightGround);

    /// <summary>As written, or lighter until it is readable on dark grounds.</summary>
    public Accent OnDark => Towards(White, DarkGround);

    /// <summary>White or ink, whichever is more readable on this colour.</summary>
    public Accent TextOnIt => Contrast(White) >= Contrast(Ink) ? White : Ink;

    private double Luminance => (0.2126 * Linear(Red)) + (0.7152 * Linear(Green)) + (0.0722 * Linear(Blue));

    /// <summary>Reads <c>#rrggbb</c>, with or without the number sign.</summary>
    public static bool TryParse(string? text, out Accent accent)
    {
        accent = default;
        var digits = text.AsSpan().Trim();
        if (digits is ['#', ..])
            digits = digits[1..];
        if (digits.Length != 6 || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        accent = new Accent((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        return true;
    }

    /// <summary>The contrast ratio of WCAG: 1 to 21.</summary>
    public double Contrast(Accent other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    private static double Linear(byte channel)
    {
        var share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }

    private Accent Towards(Accent end, Accent ground)
    {
        const int Steps = 50;
        for (var step = 0; step < Steps; step++)
        {
            var mixed = Mix(end, (double)step / Steps);
            if (mixed.Contrast(ground) >= Readable)
                return mixed;
        }

        return end;
    }

    private Accent Mix(Accent other, double share) => new(Mix(Red, other.Red, share), Mix(Green, other.Green, share), Mix(Blue, other.Blue, share));

    private static byte Mix(byte one, byte other, double share) => (byte)Math.Round(one + ((other - one) * share));
}
