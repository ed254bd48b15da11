using System.ComponentModel;
using System.Reflection;

namespace Chat.Server.Settings;

/// <summary>A section read for a type: the values that can be converted, and a sentence for each that cannot.</summary>
internal sealed class SettingsReading
{
    private readonly Dictionary<string, string?> _readable = [];
    private readonly List<string> _faults = [];
    private readonly string _root;

    private SettingsReading(string root) => _root = root;

    /// <summary>What can be bound; paths are relative to the section.</summary>
    public IConfiguration Readable => new ConfigurationBuilder().AddInMemoryCollection(_readable).Build();

    /// <summary>A sentence for each value of the wrong type. It shows the setting, not its value: that may be a secret in the wrong place.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Reads what the type has members for.</summary>
    public static SettingsReading Of(IConfiguration section, Type type)
    {
        var reading = new SettingsReading(section is IConfigurationSection { Path: var path } ? path + ConfigurationPath.KeyDelimiter : "");
        reading.ReadMembers(section, type);
        return reading;
    }

    private void ReadMembers(IConfiguration section, Type type)
    {
        foreach (var member in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            Read(section.GetSection(member.Name), member.PropertyType);
    }

    private void Read(IConfigurationSection section, Type type)
    {
        var converter = TypeDescriptor.GetConverter(type);
        if (converter.CanConvertFrom(typeof(string)))
            ReadValue(section, converter, Nullable.GetUnderlyingType(type) ?? type);
        else if (EntryType(type) is { } entry)
            ReadEntries(section, entry);
        else
            ReadMembers(section, type);
    }

    private void ReadEntries(IConfigurationSection section, Type entry)
    {
        foreach (var child in section.GetChildren())
            Read(child, entry);
    }

    private void ReadValue(IConfigurationSection section, TypeConverter converter, Type type)
    {
        if (section.Value is not { } value)
            return;
        if (CanRead(converter, value))
            _readable[section.Path[_root.Length..]] = value;
        else
            _faults.Add($"{section.Path} must be {Describe(type)}.");
    }

    private static bool CanRead(TypeConverter converter, string value)
    {
        try
        {
            converter.ConvertFromInvariantString(value);
            return true;
        }
#pragma warning disable CA1031 // Converters throw what they like: a FormatException, an ArgumentException, an OverflowException within an Exception.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    // The last type argument of a list or a dictionary; a string was a value before it could be a list of characters.
    private static Type? EntryType(Type type) =>
        type.IsGenericType && typeof(System.Collections.IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : null;

    private static string Describe(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time span, such as 00:01:30 or 1.00:00:00",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(decimal) || type == typeof(double) => "a number",
        _ => $"a {type.Name}",
    };
}
