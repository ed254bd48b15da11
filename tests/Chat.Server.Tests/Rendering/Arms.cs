using Markdig;

namespace Chat.Server.Tests.Rendering;

/// <summary>Markdig without our policy: what the tests compare with, to show that their cases have teeth.</summary>
internal static class Arms
{
    private static readonly MarkdownPipeline HtmlDisabled = new MarkdownPipelineBuilder().DisableHtml().Build();
    private static readonly MarkdownPipeline Advanced = new MarkdownPipelineBuilder().UseAdvancedExtensions().DisableHtml().Build();

    /// <summary>Markdig with nothing but HTML disabled.</summary>
    public static string WithHtmlDisabled(string markdown) => Markdown.ToHtml(markdown, HtmlDisabled);

    /// <summary>Markdig with its bundle of extensions and HTML disabled.</summary>
    public static string WithAdvancedExtensions(string markdown) => Markdown.ToHtml(markdown, Advanced);
}
