using System.Reflection;
using Microsoft.Data.SqlClient;

namespace Chat.Server.Tests.Storage;

/// <summary>
/// Real exceptions of the SQL Server client, as its parser makes them from what a server says. Their constructors are not public
/// and differ from version to version, so their parameters are told apart by name.
/// </summary>
internal static class SqlFault
{
    private const BindingFlags NotPublic = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic;

    /// <summary>An exception with one error, or several in the order of their coming.</summary>
    public static SqlException Of(params (int Number, byte Severity)[] errors)
    {
        var collection = (SqlErrorCollection)typeof(SqlErrorCollection).GetConstructor(NotPublic, [])!.Invoke(null);
        var add = typeof(SqlErrorCollection).GetMethod("Add", NotPublic)!;
        foreach (var (number, severity) in errors)
            add.Invoke(collection, [Error(number, severity)]);
        var create = typeof(SqlException).GetMethod("CreateException", NotPublic, [typeof(SqlErrorCollection), typeof(string)])!;
        return (SqlException)create.Invoke(null, [collection, "15.0.0"])!;
    }

    public static SqlException Of(int number, byte severity = 16) => Of((number, severity));

    private static SqlError Error(int number, byte severity)
    {
        var constructor = typeof(SqlError).GetConstructors(NotPublic).MaxBy(candidate => candidate.GetParameters().Length)!;
        return (SqlError)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Argument(parameter, number, severity))]);
    }

    private static object? Argument(ParameterInfo parameter, int number, byte severity) => parameter switch
    {
        { Name: "infoNumber" } => number,
        { Name: "errorClass" } => severity,
        { ParameterType: var type } when type == typeof(string) => $"A fault of the tests: {number}.",
        { ParameterType: var type } when type.IsValueType => Activator.CreateInstance(type),
        _ => null,
    };
}
