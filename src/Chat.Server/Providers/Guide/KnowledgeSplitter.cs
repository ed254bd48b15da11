namespace Chat.Server.Providers.Guide;

/// <summary>
/// Cuts the knowledge into sections at its Markdown headings, ATX and setext. A heading inside a code fence is none; text
/// before the first heading is a section; a heading with nothing but further headings under it is answered by their list.
/// </summary>
internal static class KnowledgeSplitter
{
    /// <summary>The sections in the order of the text, long ones cut by <see cref="SectionParts"/>.</summary>
    public static IReadOnlyList<KnowledgeSection> Split(string knowledge)
    {
        var outline = new Outline();
        foreach (var line in knowledge.ReplaceLineEndings("\n").Split('\n'))
            outline.Take(line);
        var drafts = outline.Finish();

        var sections = new List<KnowledgeSection>(drafts.Count);
        for (var at = 0; at < drafts.Count; at++)
        {
            var (path, markdown) = drafts[at];
            var isList = markdown.Length == 0;
            var parts = SectionParts.Of(isList ? ListOfChildren(drafts, at) : markdown);
            sections.AddRange(parts.Select(part => new KnowledgeSection(path, part, isList)));
        }

        return sections;
    }

    private static string ListOfChildren(List<(string[] Path, string Markdown)> drafts, int parent)
    {
        var depth = drafts[parent].Path.Length;
        var children = drafts.Skip(parent + 1).TakeWhile(draft => draft.Path.Length > depth).Where(draft => draft.Path.Length == depth + 1);
        return string.Join('\n', children.Select(draft => "- " + GuideReplies.Escape(draft.Path[^1])));
    }

    private sealed class Outline
    {
        private readonly List<(string[] Path, string Markdown)> _drafts = [];
        private readonly List<(int Level, string Text)> _headings = [];
        private readonly List<string> _body = [];
        private MarkdownBlocks.Fence? _fence;
        private int? _paragraph;
        private bool _inContainer;

        public void Take(string line)
        {
            if (_fence is { } open)
            {
                _body.Add(line);
                if (open.IsClosedBy(line))
                    _fence = null;
            }
            else if (MarkdownBlocks.FenceOpenedBy(line) is { } fence)
            {
                _fence = fence;
                _paragraph = null;
                _body.Add(line);
            }
            else if (MarkdownBlocks.AtxHeading(line) is { } heading)
            {
                Open(heading.Level, heading.Text);
            }
            else if (_paragraph is { } start && MarkdownBlocks.SetextLevel(line) is { } level)
            {
                var text = string.Join(' ', _body.Skip(start).Select(part => part.Trim()));
                _body.RemoveRange(start, _body.Count - start);
                Open(level, MarkdownBlocks.PlainText(text));
            }
            else
            {
                TakeText(line);
            }
        }

        public List<(string[] Path, string Markdown)> Finish()
        {
            Close();
            return _drafts;
        }

        private void TakeText(string line)
        {
            _body.Add(line);
            var isBlank = string.IsNullOrWhiteSpace(line);
            _inContainer = !isBlank && (_inContainer || MarkdownBlocks.StartsContainer(line));
            if (isBlank || _inContainer)
                _paragraph = null;
            else if (_paragraph is null && MarkdownBlocks.IndentOf(line) <= 3)
                _paragraph = _body.Count - 1;
        }

        private void Open(int level, string text)
        {
            Close();
            _headings.RemoveAll(heading => heading.Level >= level);
            _headings.Add((level, text));
        }

        private void Close()
        {
            var isBlank = _body.TrueForAll(string.IsNullOrWhiteSpace);
            if (_headings.Count > 0 || !isBlank)
                _drafts.Add(([.. _headings.Select(heading => heading.Text)], isBlank ? "" : string.Join('\n', _body)));
            _body.Clear();
            _paragraph = null;
            _inContainer = false;
        }
    }
}
