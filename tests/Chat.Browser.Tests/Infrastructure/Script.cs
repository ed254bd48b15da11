using System.Reflection;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>The scripts that tests put into pages.</summary>
internal static class Script
{
    public static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
