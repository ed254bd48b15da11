using System.Reflection;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>What the build took from npm.</summary>
internal static class NpmPackages
{
    public static string Folder { get; } = typeof(NpmPackages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "NodeModules").Value!;

    /// <summary>A file of a package; without it the test that needs it fails.</summary>
    public static string PathOf(params string[] parts)
    {
        var path = Path.Combine([Folder, .. parts]);
        Assert.True(File.Exists(path), $"The build has not fetched {string.Join('/', parts)} (npm ci, see Npm/Npm.targets): npm or its registry was out of reach.");
        return path;
    }
}
