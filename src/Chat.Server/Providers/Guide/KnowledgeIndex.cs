using Microsoft.Data.Sqlite;

namespace Chat.Server.Providers.Guide;

/// <summary>
/// One knowledge text, searchable: SQLite's FTS5 in a private in-memory database that holds the index only, not the text again.
/// Searches of one index take turns (a millisecond or less each); searches of different indexes run side by side.
/// </summary>
internal sealed class KnowledgeIndex : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _occurrences;
    private readonly SqliteCommand _ranking;
    private readonly Lazy<IReadOnlyDictionary<string, int>> _vocabulary;

    static KnowledgeIndex() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Splits and indexes the text.</summary>
    /// <param name="knowledge">Markdown; may be empty.</param>
    public KnowledgeIndex(string knowledge)
    {
        Sections = KnowledgeSplitter.Split(knowledge);
        HeadingTerms = [.. Sections.Select(section => KnowledgeSearch.Terms(Words.Of(section.Heading)).Count)];
        _vocabulary = new(CountWords);
        _connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
        _connection.Open();
        Fill();
        _occurrences = Command("SELECT rowid FROM sections WHERE sections MATCH $query");
        // A heading says what its section is about: a word there outweighs any number of mentions in a text.
        _ranking = Command("SELECT rowid, -bm25(sections, 12, 4, 1) FROM sections WHERE sections MATCH $query");
    }

    /// <summary>The sections in the order of the text.</summary>
    public IReadOnlyList<KnowledgeSection> Sections { get; }

    /// <summary>For each section, how many words of its own heading say what it is about.</summary>
    public IReadOnlyList<int> HeadingTerms { get; }

    /// <summary>The words of the knowledge with how often each occurs; made when the first unknown word is asked about.</summary>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary.Value;

    /// <summary>
    /// The sections in which a word occurs, in any of its English forms: position in <see cref="Sections"/> → whether in its own heading.
    /// </summary>
    public IReadOnlyDictionary<int, bool> Occurrences(string word)
    {
        var all = Run(_occurrences, Query(word), _ => false);
        foreach (var id in Run(_occurrences, "heading : " + Query(word), _ => true).Keys)
            all[id] = true;
        return all;
    }

    /// <summary>The sections in which any of the words occurs: position in <see cref="Sections"/> → BM25, higher is better.</summary>
    public Dictionary<int, double> Rank(IReadOnlyCollection<string> words) =>
        words.Count == 0 ? [] : Run(_ranking, string.Join(" OR ", words.Select(Query)), reader => reader.GetDouble(1));

    /// <summary>Gives the memory of the index back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _occurrences.Dispose();
            _ranking.Dispose();
            _connection.Dispose();
        }
    }

    private Dictionary<int, T> Run<T>(SqliteCommand command, string query, Func<SqliteDataReader, T> read)
    {
        var found = new Dictionary<int, T>();
        lock (_gate)
        {
            command.Parameters["$query"].Value = query;
            using var reader = command.ExecuteReader();
            while (reader.Read())
                found.Add(reader.GetInt32(0), read(reader));
        }

        return found;
    }

    // Quoted, a word is a string to FTS5 and never an operator; Words.Of lets no quotation mark through. A single Chinese
    // character is looked up as the beginning of a pair.
    private static string Query(string word) => Words.IsSpaceless(word) && word.Length == 1 ? $"\"{word}\"*" : $"\"{word}\"";

    private void Fill()
    {
        using var transaction = _connection.BeginTransaction();
        using var create = _connection.CreateCommand();
        create.CommandText = """
            CREATE VIRTUAL TABLE sections USING fts5(
                heading, ancestors, body, content = '',
                tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'");
            """;
        create.ExecuteNonQuery();

        using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO sections (rowid, heading, ancestors, body) VALUES ($id, $heading, $ancestors, $body)";
        var (id, heading, ancestors, body) = (insert.Parameters.Add("$id", SqliteType.Integer), insert.Parameters.Add("$heading", SqliteType.Text),
            insert.Parameters.Add("$ancestors", SqliteType.Text), insert.Parameters.Add("$body", SqliteType.Text));
        for (var at = 0; at < Sections.Count; at++)
        {
            id.Value = at;
            heading.Value = string.Join(' ', Words.Of(Sections[at].Heading));
            ancestors.Value = string.Join(' ', Words.Of(Sections[at].Ancestors));
            body.Value = Sections[at].IsListOfHeadings ? "" : string.Join(' ', Words.Of(Sections[at].Markdown));
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private SqliteCommand Command(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        command.Parameters.Add("$query", SqliteType.Text);
        command.Prepare();
        return command;
    }

    private Dictionary<string, int> CountWords() => Sections
        .SelectMany(section => Words.Of(section.Heading + " " + section.Markdown))
        .CountBy(word => word).ToDictionary();
}
