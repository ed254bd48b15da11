namespace Chat.Server.Storage.Statements;

/// <summary>
/// The arguments of a statement of the request path, which says itself what each parameter is. Anonymous objects and Dapper serve every
/// other statement; to read one by reflection, and to make an object of the driver's for each parameter, costs as much as SQLite's work.
/// </summary>
public interface IArguments
{
    /// <summary>Adds them all, in the same order every time. What the statement does not have is passed over.</summary>
    void AddTo<TParameters>(ref TParameters parameters)
        where TParameters : struct, IParameters;
}

/// <summary>Takes a statement's parameters. A name is a constant with its prefix.</summary>
public interface IParameters
{
    /// <summary>Adds a number of 32 bits.</summary>
    void Add(string name, int value);

    /// <summary>Adds a number of 64 bits.</summary>
    void Add(string name, long value);

    /// <summary>Adds a number of 64 bits, or null.</summary>
    void Add(string name, long? value);

    /// <summary>Adds a text, or null.</summary>
    void Add(string name, string? value);

    /// <summary>Adds bytes, or null.</summary>
    void Add(string name, byte[]? value);

    /// <summary>Adds an identifier.</summary>
    void Add(string name, Guid value);

    /// <summary>Adds a time, of which whole milliseconds are kept.</summary>
    void Add(string name, DateTimeOffset value);
}
