namespace Chat.Server.Providers.Guide;

/// <summary>A section that answers a question.</summary>
/// <param name="Section">The section.</param>
/// <param name="Score">How well it fits; comparable within one search only.</param>
internal sealed record SectionMatch(KnowledgeSection Section, double Score);

/// <summary>
/// Decides which sections answer a question, and whether any does. BM25 alone always finds something; so a section counts only when
/// it has enough of what the question is about: each word weighs as much as it is rare, and one that occurs nowhere as much as the rarest.
/// </summary>
internal static class KnowledgeSearch
{
    /// <summary>More words make no question clearer; it bounds the work of one that is hostile.</summary>
    private const int MaxTerms = 32;

    /// <summary>The share of the question's weight that a section must hold when its heading has none of it.</summary>
    private const double RequiredOfTheText = 0.65;

    /// <summary>The share required when the heading has some of the question.</summary>
    private const double RequiredWithHeading = 0.5;

    /// <summary>The share required when the question says most of the heading: "openrouter setup" under "How do I use OpenRouter?"</summary>
    private const double RequiredWithMostOfTheHeading = 0.35;

    private const double MostOfTheHeading = 0.5;

    /// <summary>A heading that is the question, beside BM25, whose length rule looks at whole sections and not at headings.</summary>
    private const double HeadingFitWorth = 15;

    /// <summary>A list of headings answers less than the section under one of them.</summary>
    private const double ListWorth = 0.5;

    /// <summary>What a corrected word is worth beside one that was written as the knowledge has it.</summary>
    private const double CorrectedWorth = 0.8;

    /// <summary>A pair of characters that spans two words occurs nowhere and says little.</summary>
    private const double UnknownPairWorth = 0.3;

    /// <summary>What the question before this one is worth in a follow-up.</summary>
    private const double ContextWorth = 0.5;

    /// <summary>The words of a question that say what it is about.</summary>
    public static IReadOnlyList<string> Terms(IEnumerable<string> words)
    {
        string[] terms = [.. words.Where(word => !StopWords.Contains(word) && (word.Length > 1 || Words.IsSpaceless(word))).Distinct()];
        string[] withoutGrammar = [.. terms.Where(word => !Words.IsHiragana(word))];
        return [.. (withoutGrammar.Length > 0 ? withoutGrammar : terms).Take(MaxTerms)];
    }

    /// <summary>The sections that answer, best first; none when the knowledge does not say.</summary>
    /// <param name="index">Where to look.</param>
    /// <param name="terms">What the question is about; must be covered.</param>
    /// <param name="context">What the question before was about: it moves the order and decides nothing.</param>
    /// <param name="cancellationToken">Looked at between the words.</param>
    public static IReadOnlyList<SectionMatch> Find(
        KnowledgeIndex index, IReadOnlyList<string> terms, IReadOnlyList<string> context, CancellationToken cancellationToken)
    {
        var weighed = new List<WeighedTerm>(terms.Count);
        foreach (var term in terms)
        {
            cancellationToken.ThrowIfCancellationRequested();
            weighed.Add(Weigh(index, term));
        }

        var own = index.Rank([.. weighed.Where(term => term.Sections.Count > 0).Select(term => term.Word)]);
        var before = index.Rank(context);
        cancellationToken.ThrowIfCancellationRequested();

        return [.. own
            .Select(found => Judge(index, weighed, found.Key, found.Value + (ContextWorth * before.GetValueOrDefault(found.Key))))
            .OfType<(int Id, double Score)>()
            .OrderByDescending(found => found.Score).ThenBy(found => found.Id)
            .Select(found => new SectionMatch(index.Sections[found.Id], found.Score))];
    }

    private static (int Id, double Score)? Judge(KnowledgeIndex index, List<WeighedTerm> terms, int id, double rank)
    {
        var total = terms.Sum(term => term.Weight);
        var found = terms.Where(term => term.Sections.ContainsKey(id)).ToArray();
        var inHeading = found.Where(term => term.Sections[id]).ToArray();
        var coverage = found.Sum(term => term.Weight * term.Worth) / total;
        // How much of the heading the question says, and how much of the question the heading says.
        var said = Math.Min(1, inHeading.Length / (double)Math.Max(1, index.HeadingTerms[id]));
        var asked = inHeading.Sum(term => term.Weight * term.Worth) / total;

        var required = said >= MostOfTheHeading ? RequiredWithMostOfTheHeading : said > 0 ? RequiredWithHeading : RequiredOfTheText;
        if (coverage < required || RestsOnAPassingMention(index, terms, found, id))
            return null;
        var headingFit = said + asked > 0 ? 2 * said * asked / (said + asked) : 0;
        var score = coverage * (rank + (HeadingFitWorth * headingFit));
        return (id, index.Sections[id].IsListOfHeadings ? score * ListWorth : score);
    }

    private static WeighedTerm Weigh(KnowledgeIndex index, string term)
    {
        var sections = index.Occurrences(term);
        if (sections.Count > 0)
            return new(term, Rarity(index, sections.Count), 1, sections);
        if (Words.IsSpaceless(term))
            return new(term, UnknownPairWorth * Rarity(index, 1), 0, sections);
        return Spelling.Nearest(term, index.Vocabulary) is { } meant
            ? new(meant, Rarity(index, 1), CorrectedWorth, index.Occurrences(meant))
            : new(term, Rarity(index, 1), 0, sections);
    }

    // The inverse document frequency of BM25, kept above zero.
    private static double Rarity(KnowledgeIndex index, int sections) =>
        Math.Log(1 + ((index.Sections.Count - sections + 0.5) / (sections + 0.5)));

    /// <summary>
    /// One word that the text mentions and its heading does not have is evidence only when it is all that was asked, and rare: neither "the
    /// price of bitcoin" nor "what time is it?" asks about a text that has "price" or "time" in it.
    /// </summary>
    private static bool RestsOnAPassingMention(KnowledgeIndex index, List<WeighedTerm> terms, WeighedTerm[] found, int section) =>
        found is [var only] && !only.Sections[section] && (terms.Count > 1 || only.Sections.Count > Math.Max(2, index.Sections.Count / 50));

    /// <param name="Word">The word as it is looked up.</param>
    /// <param name="Weight">What it counts in the question.</param>
    /// <param name="Worth">The share of that which finding it brings.</param>
    /// <param name="Sections">Where it occurs, and whether in a heading.</param>
    private sealed record WeighedTerm(string Word, double Weight, double Worth, IReadOnlyDictionary<int, bool> Sections);
}
