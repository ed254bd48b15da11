using Chat.Widget.Home;
using Chat.Widget.Launcher;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Chat.Widget;

/// <summary>
/// The tag of MVC views and Razor Pages: <c>&lt;chat-widget /&gt;</c>, after <c>@addTagHelper *, Chat.Widget</c> in <c>_ViewImports.cshtml</c>. Its
/// attributes are the parameters of <see cref="ChatWidget"/>.
/// </summary>
/// <param name="services">The request's services.</param>
[HtmlTargetElement("chat-widget")]
public sealed class ChatWidgetTagHelper(IServiceProvider services) : TagHelper
{
    /// <summary>What stands above the conversation.</summary>
    public string? Title { get; set; }

    /// <summary>What the chat says first.</summary>
    public string? Greeting { get; set; }

    /// <summary>Questions to offer at first; empty for none.</summary>
    public IReadOnlyList<string>? SuggestedQuestions { get; set; }

    /// <summary>Whom a visitor can reach instead.</summary>
    public string? Contact { get; set; }

    /// <summary>A picture beside the title: a path of this site, or an https address.</summary>
    public string? AvatarUrl { get; set; }

    /// <summary>The colour: <c>#rrggbb</c>.</summary>
    public string? Accent { get; set; }

    /// <summary>Light, dark, or as the visitor's system is set.</summary>
    public WidgetScheme? Scheme { get; set; }

    /// <summary>In a corner of the window, or in the page.</summary>
    public WidgetPlacement? Placement { get; set; }

    /// <summary>Which lower corner.</summary>
    public WidgetSide? Side { get; set; }

    /// <summary>Whether the page shows the chat open at first.</summary>
    public bool? OpenAtFirst { get; set; }

    /// <summary>The language, such as <c>de</c>.</summary>
    public string? Language { get; set; }

    /// <summary>The privacy statement.</summary>
    public string? PrivacyUrl { get; set; }

    /// <summary>The page's title, which goes to the service with a question. Default: <c>ViewData["Title"]</c>.</summary>
    public string? PageTitle { get; set; }

    /// <summary>Texts, as attributes such as <c>text-launcher="Ask the workshop"</c>, by the property of <see cref="Chat.Widget.Texts.WidgetTexts"/>.</summary>
    [HtmlAttributeName("texts", DictionaryAttributePrefix = "text-")]
    public IDictionary<string, string> Texts { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The view that the tag stands in.</summary>
    [ViewContext, HtmlAttributeNotBound]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc />
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var factory = (LauncherFactory?)services.GetService(typeof(LauncherFactory))
            ?? throw new InvalidOperationException("Call builder.Services.AddChatWidget(…) first.");
        var tag = new TagSettings { Ticket = Ticket(), Placement = Placement, Side = Side, OpenAtFirst = OpenAtFirst };
        var view = factory.Of(ViewContext.HttpContext, tag);
        var html = await ComponentHtml.RenderAsync<LauncherMarkup>(services, new() { [nameof(LauncherMarkup.View)] = view });
        output.TagName = null;
        output.Content.SetHtmlContent(html);
    }

    private PanelTicket Ticket() => new()
    {
        Title = Title,
        Greeting = Greeting,
        SuggestedQuestions = SuggestedQuestions,
        Contact = Contact,
        AvatarUrl = AvatarUrl,
        Accent = Accent,
        Scheme = Scheme,
        Language = Language,
        PrivacyUrl = PrivacyUrl,
        PageTitle = PageTitle ?? ViewContext.ViewData["Title"] as string,
        Texts = Texts.Count == 0 ? null : Texts.AsReadOnly(),
    };
}
