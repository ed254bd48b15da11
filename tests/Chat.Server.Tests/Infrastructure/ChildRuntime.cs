using System.Runtime.CompilerServices;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>
/// The program compiles each method once and well, which pays over a service's life. A test starts it some two hundred times for a
/// second of work each, so its children compile fast instead.
/// </summary>
internal static class ChildRuntime
{
    [ModuleInitializer]
    public static void CompileFast()
    {
        Environment.SetEnvironmentVariable("DOTNET_TieredCompilation", "1");
        Environment.SetEnvironmentVariable("DOTNET_TieredPGO", "0");
    }
}
