using System.Text;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Chat.Server.Tests.Infrastructure;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Chat.Server.Tests.WidgetHost;

/// <summary>A page as a visitor's browser has it.</summary>
internal sealed record VisitorPage(HttpResponseMessage Response, IHtmlDocument Document)
{
    public int Status => (int)Response.StatusCode;

    public string Problem => Document.QuerySelector(".problem")?.TextContent.Trim() ?? "";

    public string Composer => ((IHtmlTextAreaElement)Document.QuerySelector("textarea[name=message]")!).Value;

    public string Policy => Header("Content-Security-Policy");

    public string Header(string name) => Assert.Single(Response.Headers.GetValues(name));
}

/// <summary>
/// A browser in a frame of another site that blocks every cookie and runs no script: all that it has is the address and the form of the page that it shows.
/// It follows a post's redirect as a browser does.
/// </summary>
internal sealed class EmbedVisitor
{
    private readonly HttpClient _client;

    public EmbedVisitor(ChatApp app, Guid channelId, string? baseAddress = null)
    {
        _client = app.CreateClient(new WebApplicationFactoryClientOptions
        {
            AllowAutoRedirect = false,
            HandleCookies = false,
            BaseAddress = baseAddress is null ? app.ClientOptions.BaseAddress : new Uri(baseAddress),
        });
        Entry = $"/embed/{channelId}";
    }

    public string Entry { get; set; }

    /// <summary>What every request says of itself.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The panel as it was last shown.</summary>
    public VisitorPage Panel { get; private set; } = null!;

    public async Task<VisitorPage> OpenAsync() => Panel = await GetAsync(Entry);

    public async Task<VisitorPage> GetAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await ReadAsync(request);
    }

    /// <summary>Sends a message with the form of the panel that is shown, or of another.</summary>
    public async Task<VisitorPage> AskAsync(string text, VisitorPage? panel = null, params (string Name, string Value)[] changes)
    {
        panel ??= Panel ?? await OpenAsync();
        return Panel = await FollowAsync(await PostAsync(ActionOf(panel, "form.composer"), [.. FieldsOf(panel, changes), KeyValuePair.Create("message", text)]));
    }

    /// <summary>The conversation, read to its end.</summary>
    public Task<VisitorPage> LogAsync() => GetAsync(Panel.Document.QuerySelector("iframe")!.GetAttribute("src")!);

    /// <summary>Presses a button of a page: of the panel's menu, or of the conversation.</summary>
    public async Task<VisitorPage> PressAsync(VisitorPage page, string selector)
    {
        var button = (IHtmlButtonElement)page.Document.QuerySelector(selector)!;
        var action = button.GetAttribute("formaction") ?? page.Document.GetElementById(button.GetAttribute("form")!)!.GetAttribute("action")!;
        KeyValuePair<string, string>[] own = string.IsNullOrEmpty(button.Name) ? [] : [KeyValuePair.Create(button.Name, button.Value)];
        return await FollowAsync(await PostAsync(action, [.. FieldsOf(page), .. own]));
    }

    public async Task<HttpResponseMessage> PostAsync(string action, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(fields) };
        return await SendAsync(request);
    }

    public async Task<VisitorPage> FollowAsync(HttpResponseMessage response) => (int)response.StatusCode == 303
        ? await GetAsync(response.Headers.Location!.ToString())
        : await ReadAsync(response);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        foreach (var (name, value) in Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return _client.SendAsync(request);
    }

    public static string ActionOf(VisitorPage page, string form) => page.Document.QuerySelector(form)!.GetAttribute("action")!;

    /// <summary>The fields that the page's forms have of themselves, the one that nobody sees included.</summary>
    public static IEnumerable<KeyValuePair<string, string>> FieldsOf(VisitorPage page, params (string Name, string Value)[] changes) => page.Document
        .QuerySelectorAll("input").Cast<IHtmlInputElement>()
        .Select(input => KeyValuePair.Create(input.Name!, changes.Where(change => change.Name == input.Name).Select(change => change.Value).FirstOrDefault(input.Value)));

    private async Task<VisitorPage> ReadAsync(HttpRequestMessage request) => await ReadAsync(await SendAsync(request));

    private static async Task<VisitorPage> ReadAsync(HttpResponseMessage response) =>
        new(response, new HtmlParser().ParseDocument(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync())));
}
