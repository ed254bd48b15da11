using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Server.Providers.OpenAI;

/// <summary>
/// Reads a JSON string that may hold half of a surrogate pair, escaped: upstreams cut their text between tokens, and so within a
/// character. The half is kept as it is, for whoever has the next piece to join; the framework's own reading would refuse it.
/// </summary>
internal sealed class LossyText : JsonConverter<string>
{
    private const int HexDigits = 4;

    /// <inheritdoc />
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return Unescape(Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan));
        }
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    // The reader has checked the escapes already.
    private static string Unescape(ReadOnlySpan<char> text)
    {
        var unescaped = new StringBuilder(text.Length);
        while (text.IndexOf('\\') is >= 0 and var at)
        {
            unescaped.Append(text[..at]);
            var isCode = text[at + 1] == 'u';
            unescaped.Append(isCode ? (char)ushort.Parse(text.Slice(at + 2, HexDigits), NumberStyles.AllowHexSpecifier) : Short(text[at + 1]));
            text = text[(at + 2 + (isCode ? HexDigits : 0))..];
        }

        return unescaped.Append(text).ToString();
    }

    private static char Short(char letter) => letter switch
    {
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        _ => letter,
    };
}
