using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Chat.Server.Storage.Statements;

/// <summary>Binds parameters to a compiled statement, in the form that <see cref="ColumnTypes"/> has decided.</summary>
/// <param name="database">For the words of a fault.</param>
/// <param name="statement">The statement.</param>
/// <param name="known">Which number SQLite has given the parameter that is added as the first, the second and so on; 0 for one that the statement lacks.</param>
internal struct SqliteParameters(sqlite3 database, sqlite3_stmt statement, List<(string Name, int Index)> known) : IParameters
{
    private const int OnStack = 512;
    private const int IdentifierLength = 36;

    private int _added;

    public void Add(string name, int value) => Add(name, (long)value);

    public void Add(string name, long value)
    {
        if (IndexOf(name) is var index and > 0)
            Check(raw.sqlite3_bind_int64(statement, index, value));
    }

    public void Add(string name, long? value)
    {
        if (value is { } number)
            Add(name, number);
        else if (IndexOf(name) is var index and > 0)
            Check(raw.sqlite3_bind_null(statement, index));
    }

    public void Add(string name, string? value)
    {
        if (IndexOf(name) is not (var index and > 0))
            return;
        if (value is null)
            Check(raw.sqlite3_bind_null(statement, index));
        // Of no bytes at all the binding makes a null.
        else if (value.Length == 0)
            Check(raw.sqlite3_bind_text(statement, index, ""));
        else
            BindText(index, value);
    }

    public void Add(string name, byte[]? value)
    {
        if (IndexOf(name) is not (var index and > 0))
            return;
        if (value is null)
            Check(raw.sqlite3_bind_null(statement, index));
        else if (value.Length == 0)
            Check(raw.sqlite3_bind_zeroblob(statement, index, 0));
        else
            Check(raw.sqlite3_bind_blob(statement, index, value));
    }

    public void Add(string name, Guid value)
    {
        if (IndexOf(name) is not (var index and > 0))
            return;
        Span<byte> text = stackalloc byte[IdentifierLength];
        value.TryFormat(text, out _, "D");
        Check(raw.sqlite3_bind_text(statement, index, text));
    }

    public void Add(string name, DateTimeOffset value) => Add(name, value.ToUnixTimeMilliseconds());

    private readonly void BindText(int index, string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var rented = most > OnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[OnStack];
        // SQLite copies it.
        Check(raw.sqlite3_bind_text(statement, index, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    // Names are constants and come in the same order, so each is looked for once.
    private int IndexOf(string name)
    {
        var place = _added++;
        if (place < known.Count && ReferenceEquals(known[place].Name, name))
            return known[place].Index;
        var found = raw.sqlite3_bind_parameter_index(statement, name);
        if (place < known.Count)
            known[place] = (name, found);
        else
            known.Add((name, found));
        return found;
    }

    private readonly void Check(int result) => SqliteException.ThrowExceptionForRC(result, database);
}
