using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Chat.Widget.Tests.Infrastructure;

/// <summary>
/// bUnit is compiled against a newer AngleSharp.Diffing than the smallest feed in use has. What it calls is the same in both, and whoever is
/// asked for an assembly that was not found may give an older one.
/// </summary>
internal static class DiffingAssembly
{
    private const string Name = "AngleSharp.Diffing";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The 'ModuleInitializer' attribute should not be used in libraries", Justification = "Nobody uses this assembly but its tests.")]
    internal static void Offer() => AssemblyLoadContext.Default.Resolving += static (context, wanted) =>
        wanted.Name == Name ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, $"{Name}.dll")) : null;
}
