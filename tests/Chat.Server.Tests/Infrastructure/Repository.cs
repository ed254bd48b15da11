using System.Reflection;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>The checkout that the tests were built from, for those that compare committed files.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepositoryRoot").Value!);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);
}
