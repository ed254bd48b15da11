using System.Data;
using Dapper;

namespace Chat.Server.Storage.Statements;

/// <summary>Hands parameters to Dapper. A null says its type: without one it goes out as text.</summary>
internal readonly struct DriverParameters(DynamicParameters parameters) : IParameters
{
    /// <summary>The arguments as Dapper takes them.</summary>
    public static DynamicParameters Of<TArguments>(TArguments arguments)
        where TArguments : IArguments
    {
        var all = new DynamicParameters();
        var parameters = new DriverParameters(all);
        arguments.AddTo(ref parameters);
        return all;
    }

    public void Add(string name, int value) => parameters.Add(name, value);

    public void Add(string name, long value) => parameters.Add(name, value);

    public void Add(string name, long? value) => parameters.Add(name, value, DbType.Int64);

    public void Add(string name, string? value) => parameters.Add(name, value);

    public void Add(string name, byte[]? value) => parameters.Add(name, value, DbType.Binary);

    public void Add(string name, Guid value) => parameters.Add(name, value);

    public void Add(string name, DateTimeOffset value) => parameters.Add(name, value);
}
