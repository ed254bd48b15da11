using System.Reflection;
using System.Runtime.CompilerServices;
using Chat.Server.Storage;

namespace Chat.Server.Tests.Storage;

/// <summary>Every SQL text of the product: the static fields of type <see cref="Sql"/> wherever they stand, and the batches of the migrations.</summary>
internal static class SqlTexts
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>By the field that holds it, as <c>ChannelStore.Insert</c>.</summary>
    public static IReadOnlyDictionary<string, Sql> Fields { get; } = typeof(Sql).Assembly.GetTypes()
        .Where(type => !type.ContainsGenericParameters)
        .SelectMany(type => type.GetFields(AnyStatic))
        .Where(field => field.FieldType == typeof(Sql))
        .ToDictionary(NameOf, ValueOf, StringComparer.Ordinal);

    /// <summary>Texts of one engine by name: fields, and batches as <c>0001_initial, batch 1</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(DatabaseEngine engine) => Fields
        .Select(field => (Name: field.Key, Text: field.Value.For(engine)))
        .Concat(Migration.For(engine).SelectMany(migration =>
            migration.Batches.Select((batch, index) => (Name: $"{migration.Name}, batch {index + 1}", Text: batch))))
        .ToDictionary(text => text.Name, text => text.Text, StringComparer.Ordinal);

    private static string NameOf(FieldInfo field) => $"{field.DeclaringType!.FullName!["Chat.Server.".Length..]}.{field.Name}";

    private static Sql ValueOf(FieldInfo field)
    {
        RuntimeHelpers.RunClassConstructor(field.DeclaringType!.TypeHandle);
        return (Sql)field.GetValue(null)!;
    }
}
