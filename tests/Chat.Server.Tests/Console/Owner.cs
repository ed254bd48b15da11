using System.Text;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.WidgetHost;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Chat.Server.Tests.Console;

/// <summary>The browser of a channel's owner: it keeps cookies where a test can take them away, and fills in forms as they were sent to it.</summary>
internal sealed class Owner
{
    public const string SessionCookie = "chat_console";
    public const string FormCookie = "chat_console_form";

    private readonly HttpClient _client;

    public Owner(ChatApp app, string? baseAddress = null)
        : this(app.CreateClient(new WebApplicationFactoryClientOptions
        {
            AllowAutoRedirect = false,
            HandleCookies = false,
            BaseAddress = baseAddress is null ? app.ClientOptions.BaseAddress : new Uri(baseAddress),
        }))
    {
    }

    /// <summary>With a client that follows no redirect and keeps no cookie.</summary>
    public Owner(HttpClient client) => _client = client;

    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>What every request says of itself.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public bool IsSignedIn => Cookies.ContainsKey(SessionCookie);

    public static async Task<Owner> SignedInAsync(ChatApp app)
    {
        var owner = new Owner(app);
        Assert.Equal(303, (await owner.SignInAsync()).Status);
        return owner;
    }

    public Task<VisitorPage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Opens a page, and sends the form that it asks the token with; gives the answer before any redirect.</summary>
    public async Task<VisitorPage> SignInAsync(string token = ChatApp.AdminToken, string path = "/admin") =>
        await SubmitAsync(await GetAsync(path), "form.sign-in", ("token", token));

    /// <summary>Sends a form of a page with what was typed into it.</summary>
    public Task<VisitorPage> SubmitAsync(VisitorPage page, string form, params (string Name, string Value)[] typed) =>
        PostAsync(page.Document.QuerySelector(form)!.GetAttribute("action")!, [.. FieldsOf(page, form), .. typed.Select(field => KeyValuePair.Create(field.Name, field.Value))]);

    public Task<VisitorPage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) });

    public static IEnumerable<KeyValuePair<string, string>> FieldsOf(VisitorPage page, string form) => page.Document
        .QuerySelectorAll($"{form} input[type=hidden]").Cast<IHtmlInputElement>().Select(input => KeyValuePair.Create(input.Name!, input.Value));

    public async Task<VisitorPage> SendAsync(HttpRequestMessage request)
    {
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        foreach (var (name, value) in Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await _client.SendAsync(request);
        foreach (var cookie in SetCookies(response))
            Keep(cookie.Split(';')[0].Split('=', 2));
        return new VisitorPage(response, new HtmlParser().ParseDocument(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync())));
    }

    public static IEnumerable<string> SetCookies(HttpResponseMessage response) => response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [];

    private void Keep(string[] cookie)
    {
        if (cookie[1].Length == 0)
            Cookies.Remove(cookie[0]);
        else
            Cookies[cookie[0]] = cookie[1];
    }
}
