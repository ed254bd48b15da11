using System.Reflection;
using System.Runtime.CompilerServices;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;

namespace Chat.Server.Tests.Storage;

/// <summary>Every SQL text of the product: the static fields of type <see cref="Sql"/> wherever they stand, what a <see cref="CopiedTable"/> makes, and the batches of the migrations.</summary>
internal static class SqlTexts
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>By the field that holds it, as <c>ChannelStore.Insert</c>.</summary>
    public static IReadOnlyDictionary<string, Sql> Fields { get; } = StaticFields(typeof(Sql))
        .ToDictionary(NameOf, field => (Sql)ValueOf(field), StringComparer.Ordinal);

    /// <summary>What tables that can be copied make of their declaration, as <c>ChannelTables.Channels.Page</c>. They run as they are, and no other way.</summary>
    public static IReadOnlyDictionary<string, Sql> Copying { get; } = StaticFields(typeof(CopiedTable))
        .SelectMany(field => ((CopiedTable)ValueOf(field)).Statements.Select(statement => (Name: $"{NameOf(field)}.{statement.Name}", statement.Sql)))
        .ToDictionary(text => text.Name, text => text.Sql, StringComparer.Ordinal);

    /// <summary>Both.</summary>
    public static IReadOnlyDictionary<string, Sql> All { get; } = Fields.Concat(Copying).ToDictionary(text => text.Key, text => text.Value, StringComparer.Ordinal);

    /// <summary>Texts of one engine by name: fields, and batches as <c>0001_initial, batch 1</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(DatabaseEngine engine) => All
        .Select(field => (Name: field.Key, Text: field.Value.For(engine)))
        .Concat(Migration.For(engine).SelectMany(migration =>
            migration.Batches.Select((batch, index) => (Name: $"{migration.Name}, batch {index + 1}", Text: batch))))
        .ToDictionary(text => text.Name, text => text.Text, StringComparer.Ordinal);

    private static IEnumerable<FieldInfo> StaticFields(Type type) => typeof(Sql).Assembly.GetTypes()
        .Where(holder => !holder.ContainsGenericParameters)
        .SelectMany(holder => holder.GetFields(AnyStatic))
        .Where(field => field.FieldType == type);

    private static string NameOf(FieldInfo field) => $"{field.DeclaringType!.FullName!["Chat.Server.".Length..]}.{field.Name}";

    private static object ValueOf(FieldInfo field)
    {
        RuntimeHelpers.RunClassConstructor(field.DeclaringType!.TypeHandle);
        return field.GetValue(null)!;
    }
}
