namespace Chat.Server.Providers.Guide;

/// <summary>Finds the word of the knowledge that a mistyped word of the question most likely is.</summary>
internal static class Spelling
{
    /// <summary>Shorter words have too many neighbours: "dogs" is one letter from "docs".</summary>
    private const int ShortestWord = 5;

    /// <summary>From this length two slips are forgiven, below it one.</summary>
    private const int TwoSlipsFrom = 9;

    /// <summary>
    /// The nearest word by slips (a letter missing, added, wrong, or two swapped), the most frequent among equals; null when none is near.
    /// </summary>
    /// <param name="word">The word that does not occur.</param>
    /// <param name="vocabulary">The words that do, each with how often.</param>
    public static string? Nearest(string word, IReadOnlyDictionary<string, int> vocabulary)
    {
        if (word.Length < ShortestWord || Words.IsSpaceless(word) || word.Any(char.IsDigit))
            return null;
        var allowed = word.Length >= TwoSlipsFrom ? 2 : 1;
        return vocabulary
            // The first letter is hardly ever the wrong one.
            .Where(known => known.Key[0] == word[0] && known.Key.Length >= ShortestWord)
            .Where(known => Math.Abs(known.Key.Length - word.Length) <= allowed)
            .Select(known => (Word: known.Key, Slips: Slips(word, known.Key), Count: known.Value))
            .Where(candidate => candidate.Slips <= allowed)
            .OrderBy(candidate => candidate.Slips).ThenByDescending(candidate => candidate.Count)
            .ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
            .Select(candidate => candidate.Word)
            .FirstOrDefault();
    }

    private static int Slips(string left, string right)
    {
        // Three rolling rows of the optimal string alignment table.
        var beforeLast = new int[right.Length + 1];
        var last = Enumerable.Range(0, right.Length + 1).ToArray();
        var row = new int[right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[right.Length];
    }
}
