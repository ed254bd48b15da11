using Chat.Server.Tests.Administration;
using Chat.Server.Tests.Infrastructure;
using Chat.Server.Tests.WidgetHost;

namespace Chat.Server.Tests.Console;

/// <summary>Who gets into the console, for how long, and what that opens.</summary>
public sealed class SignInTests
{
    private const string Refused = "That did not work. Check the token and try again.";

    [Theory]
    [InlineData("", "")]
    [InlineData(" ", "\r\n")]
    public async Task The_token_opens_the_page_that_was_asked_for(string before, string after)
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync(new() { ["name"] = "Bicycles" });
        var owner = new Owner(app);
        var path = $"/admin/channels/{channel.Id}";
        var asked = await owner.GetAsync(path);
        Assert.Equal((403, path), (asked.Status, asked.Document.QuerySelector("form")!.GetAttribute("action")));
        Assert.DoesNotContain("Bicycles", asked.Document.DocumentElement.TextContent, StringComparison.Ordinal);
        Assert.Null(asked.Document.QuerySelector("form[action$=sign-out]"));

        var signedIn = await owner.SubmitAsync(asked, "form.sign-in", ("token", before + ChatApp.AdminToken + after));
        Assert.Equal((303, path), (signedIn.Status, signedIn.Response.Headers.Location!.ToString()));
        var page = await owner.GetAsync(path);
        Assert.Equal((200, "Bicycles"), (page.Status, page.Document.QuerySelector("h1")!.TextContent));
    }

    [Fact]
    public async Task A_wrong_token_is_refused_alike_whatever_it_is()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in new[] { "", "x", channel.Key, ChatApp.AdminToken[..^1], ChatApp.AdminToken + "x", ChatApp.AdminToken.ToUpperInvariant(), $"Bearer {ChatApp.AdminToken}" })
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            var owner = new Owner(app);
            var page = await owner.SignInAsync(token);
            Assert.Equal((403, Refused), (page.Status, page.Document.QuerySelector("[role=alert]")!.TextContent));
            Assert.False(owner.IsSignedIn);
            foreach (var field in page.Document.QuerySelectorAll("input[type=hidden]"))
                field.Remove();
            bodies.Add(page.Document.DocumentElement.OuterHtml);
        }

        Assert.Single(bodies);
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains(ChatApp.AdminToken[..^1], StringComparison.Ordinal) || line.Contains(channel.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Five_attempts_a_minute_are_let_past_with_a_true_wait_and_other_addresses_are_not_held_up()
    {
        await using var app = new ChatApp().With("ForwardedHeaders:KnownNetworks:0", "127.0.0.0/8").With("ForwardedHeaders:KnownNetworks:1", "::1/128");
        app.UseKestrel();
        app.StartServer();
        var (guesser, owner) = (At(app, "203.0.113.9"), At(app, "203.0.113.10"));
        for (var attempt = 0; attempt < 5; attempt++)
            Assert.Equal(403, (await guesser.SignInAsync($"guess {attempt}")).Status);
        app.Time.Advance(TimeSpan.FromSeconds(17));
        // The right one too: a guesser who has found it hears nothing of that.
        var refused = await guesser.SignInAsync();
        Assert.Equal((429, "43", "Too many attempts. Try again in 43 seconds."), (refused.Status, refused.Header("Retry-After"), refused.Document.QuerySelector("[role=alert]")!.TextContent));
        Assert.False(guesser.IsSignedIn);
        // At every page that takes the form, and however it is sent.
        Assert.Equal(429, (await guesser.SignInAsync(path: $"/admin/channels/{Guid.Empty}")).Status);
        Assert.Equal(429, (await guesser.PostAsync("/admin", [])).Status);

        Assert.Equal(303, (await owner.SignInAsync()).Status);
        app.Time.Advance(TimeSpan.FromSeconds(43));
        Assert.Equal(303, (await guesser.SignInAsync()).Status);
    }

    [Theory]
    [InlineData("GET", "/admin")]
    [InlineData("POST", "/admin")]
    [InlineData("GET", "/admin?page=2")]
    [InlineData("GET", "/admin/channels/01900000-0000-7000-8000-000000000001")]
    [InlineData("POST", "/admin/channels/01900000-0000-7000-8000-000000000001")]
    [InlineData("GET", "/admin/sign-out")]
    [InlineData("POST", "/admin/sign-out")]
    [InlineData("GET", "/admin/css/console.css")]
    public async Task Without_a_token_there_is_no_console(string method, string path)
    {
        await using var app = new ChatApp().With("Admin:Token", null);
        using var response = await app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await Problem.AssertAsync(response, "not_found");
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("http://localhost", "")]
    [InlineData("https://localhost", " secure;")]
    public async Task The_cookies_are_for_these_pages_alone_and_for_no_request_that_another_site_begins(string address, string secure)
    {
        await using var app = new ChatApp();
        var owner = new Owner(app, address);
        var asked = await owner.GetAsync("/admin");
        Assert.Matches($"^{Owner.FormCookie}=[A-Za-z0-9_-]+; path=/admin;{secure} samesite=strict; httponly$", Assert.Single(Owner.SetCookies(asked.Response)));
        var signedIn = await owner.SubmitAsync(asked, "form.sign-in", ("token", ChatApp.AdminToken));
        Assert.Matches($"^{Owner.SessionCookie}=[A-Za-z0-9_-]+; max-age=43200; path=/admin;{secure} samesite=strict; httponly$", Assert.Single(Owner.SetCookies(signedIn.Response)));
    }

    [Fact]
    public async Task A_session_ends_after_12_hours_and_not_before()
    {
        await using var app = new ChatApp();
        var owner = await Owner.SignedInAsync(app);
        app.Time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.True(await IsInAsync(owner));
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await IsInAsync(owner));
    }

    [Fact]
    public async Task A_cookie_that_this_service_did_not_seal_for_this_opens_nothing()
    {
        await using var app = new ChatApp();
        await using var elsewhere = new ChatApp();
        var owner = await Owner.SignedInAsync(app);
        var cookie = owner.Cookies[Owner.SessionCookie];
        var foreign = (await Owner.SignedInAsync(elsewhere)).Cookies[Owner.SessionCookie];
        var forged = new List<string> { "x", ChatApp.AdminToken, foreign, owner.Cookies[Owner.FormCookie], cookie[..^1], cookie + "A", cookie[..(cookie.Length / 2)] };
        forged.AddRange(Enumerable.Range(0, cookie.Length / 7).Select(at => at * 7).Select(at => cookie[..at] + (cookie[at] == 'A' ? 'B' : 'A') + cookie[(at + 1)..]));
        foreach (var value in forged)
        {
            owner.Cookies[Owner.SessionCookie] = value;
            Assert.False(await IsInAsync(owner), value);
        }

        owner.Cookies[Owner.SessionCookie] = cookie;
        Assert.True(await IsInAsync(owner));
    }

    [Fact]
    public async Task A_changed_token_ends_every_session_and_a_restart_with_the_same_one_does_not()
    {
        await using var app = new ChatApp();
        var cookie = (await Owner.SignedInAsync(app)).Cookies[Owner.SessionCookie];
        await using var same = new ChatApp(app.Folder);
        await using var changed = new ChatApp(app.Folder).With("Admin:Token", "another-token-of-the-tests-0123456789");
        foreach (var (instance, isIn) in new[] { (same, true), (changed, false) })
        {
            var owner = new Owner(instance) { Cookies = { [Owner.SessionCookie] = cookie } };
            Assert.Equal(isIn, await IsInAsync(owner));
        }
    }

    [Fact]
    public async Task A_session_does_not_open_the_administration_s_own_surface()
    {
        await using var app = new ChatApp();
        var channel = await app.CreateChannelAsync();
        var owner = await Owner.SignedInAsync(app);
        foreach (var (method, path) in new[] { ("GET", "/admin/v1/channels"), ("GET", $"/admin/v1/channels/{channel.Id}/key"), ("DELETE", $"/admin/v1/channels/{channel.Id}"), ("POST", "/admin/v1/channels") })
            await Problem.AssertAsync((await owner.SendAsync(new HttpRequestMessage(new HttpMethod(method), path))).Response, "invalid_admin_token");
        // Nor does the token as a bearer open the pages, which are for browsers.
        using var bearer = await app.AdminAsync(HttpMethod.Get, $"/admin/channels/{channel.Id}");
        Assert.Equal(403, (int)bearer.StatusCode);
    }

    [Fact]
    public async Task A_form_that_is_not_the_console_s_own_is_refused()
    {
        await using var app = new ChatApp();
        var stranger = await new Owner(app).GetAsync("/admin");
        foreach (var spoil in Spoilers(stranger))
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            var owner = new Owner(app);
            var page = await owner.GetAsync("/admin");
            var fields = Owner.FieldsOf(page, "form.sign-in").Append(new("token", ChatApp.AdminToken)).ToList();
            spoil(owner, fields);
            var refused = await owner.PostAsync("/admin", fields);
            Assert.Equal(400, refused.Status);
            Assert.NotNull(refused.Document.QuerySelector("form.sign-in [role=alert]"));
            Assert.False(owner.IsSignedIn);
        }

        var json = new Owner(app);
        Assert.Equal(400, (await json.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/admin") { Content = new StringContent($$"""{"token":"{{ChatApp.AdminToken}}"}""") })).Status);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_back_and_only_by_the_page_s_own_form()
    {
        await using var app = new ChatApp();
        var owner = await Owner.SignedInAsync(app);
        var forged = await owner.PostAsync("/admin/sign-out", []);
        Assert.Equal((400, "You are still signed in"), (forged.Status, forged.Document.QuerySelector("h1")!.TextContent));
        Assert.Equal((303, "/admin"), Redirect(await owner.GetAsync("/admin/sign-out")));
        Assert.True(await IsInAsync(owner));

        var signedOut = await owner.SubmitAsync(await owner.GetAsync("/admin"), "form[action='/admin/sign-out']");
        Assert.Equal((303, "/admin"), Redirect(signedOut));
        Assert.Contains($"{Owner.SessionCookie}=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/admin; samesite=strict; httponly", Owner.SetCookies(signedOut.Response));
        Assert.False(await IsInAsync(owner));
    }

    private static IEnumerable<Action<Owner, List<KeyValuePair<string, string>>>> Spoilers(VisitorPage stranger)
    {
        yield return (_, fields) => fields.RemoveAt(0);
        yield return (_, fields) => fields[0] = new(fields[0].Key, "x");
        yield return (_, fields) => fields[0] = Owner.FieldsOf(stranger, "form.sign-in").First();
        yield return (owner, _) => owner.Cookies.Clear();
        yield return (owner, _) => owner.Headers["Sec-Fetch-Site"] = "cross-site";
        yield return (owner, _) => owner.Headers["Sec-Fetch-Site"] = "same-site";
        yield return (owner, _) => owner.Headers["Sec-Fetch-Site"] = "none";
    }

    private static async Task<bool> IsInAsync(Owner owner) => (await owner.GetAsync("/admin")).Document.QuerySelector("form.sign-in") is null;

    private static (int, string) Redirect(VisitorPage page) => (page.Status, page.Response.Headers.Location!.ToString());

    // Over a real socket the factory's own client follows redirects.
    private static Owner At(ChatApp app, string address) =>
        new(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = app.ClientOptions.BaseAddress })
        {
            Headers = { ["X-Forwarded-For"] = address },
        };
}
