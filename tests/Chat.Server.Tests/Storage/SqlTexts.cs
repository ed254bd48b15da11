using System.Reflection;
using System.Runtime.CompilerServices;
using Chat.Server.Storage;
using Chat.Server.Storage.Copying;

namespace Chat.Server.Tests.Storage;

/// <summary>Every SQL text of the product: the static fields of type <see cref="Sql"/> wherever they stand, what a <see cref="CopiedTable"/> makes, and the batches of the migrations.</summary>
internal static class SqlTexts
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>How many statements a copied table has: as many as it has properties of that type.</summary>
    public static int StatementsOfATable { get; } = typeof(CopiedTable).GetProperties().Count(property => property.PropertyType == typeof(Sql));

    /// <summary>By the field that holds it, as <c>ChannelStore.Insert</c>.</summary>
    public static IReadOnlyDictionary<string, Sql> Fields { get; } = typeof(Sql).Assembly.GetTypes()
        .Where(type => !type.ContainsGenericParameters)
        .SelectMany(type => type.GetFields(AnyStatic))
        .SelectMany(TextsOf)
        .ToDictionary(text => text.Name, text => text.Sql, StringComparer.Ordinal);

    /// <summary>Texts of one engine by name: fields, and batches as <c>0001_initial, batch 1</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(DatabaseEngine engine) => Fields
        .Select(field => (Name: field.Key, Text: field.Value.For(engine)))
        .Concat(Migration.For(engine).SelectMany(migration =>
            migration.Batches.Select((batch, index) => (Name: $"{migration.Name}, batch {index + 1}", Text: batch))))
        .ToDictionary(text => text.Name, text => text.Text, StringComparer.Ordinal);

    private static string NameOf(FieldInfo field) => $"{field.DeclaringType!.FullName!["Chat.Server.".Length..]}.{field.Name}";

    // A table that can be copied is declared as one field, and has its statements made of that.
    private static IEnumerable<(string Name, Sql Sql)> TextsOf(FieldInfo field)
    {
        if (field.FieldType == typeof(Sql))
            return [(NameOf(field), (Sql)ValueOf(field))];
        return field.FieldType == typeof(CopiedTable)
            ? ((CopiedTable)ValueOf(field)).Statements.Select(statement => ($"{NameOf(field)}.{statement.Name}", statement.Sql))
            : [];
    }

    private static object ValueOf(FieldInfo field)
    {
        RuntimeHelpers.RunClassConstructor(field.DeclaringType!.TypeHandle);
        return field.GetValue(null)!;
    }
}
