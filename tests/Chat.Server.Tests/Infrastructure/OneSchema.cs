using System.Runtime.CompilerServices;
using Dapper;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>
/// Every test has a database of its own, and all of them look alike. Dapper keeps what it has compiled for a statement by the text of the
/// connection string; by the engine instead, it is compiled once a run and not once a test.
/// </summary>
internal sealed class OneSchema : IEqualityComparer<string>
{
    private OneSchema()
    {
    }

    public bool Equals(string? x, string? y) => IsFile(x) == IsFile(y);

    public int GetHashCode(string obj) => IsFile(obj).GetHashCode();

    // All that open a file do without the driver's own pool. Who opens a SQL Server's database leaves it on.
    private static bool IsFile(string? connectionString) => connectionString?.Contains("Pooling=False", StringComparison.OrdinalIgnoreCase) == true;

    [ModuleInitializer]
    internal static void Use() => SqlMapper.ConnectionStringComparer = new OneSchema();
}
