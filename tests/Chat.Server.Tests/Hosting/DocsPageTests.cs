using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Chat.Server.Hosting.Docs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Server.Tests.Hosting;

public sealed class DocsPageTests : IAsyncLifetime
{
    private const string Script = "globalThis.scalar = 'a stand-in';";
    private static readonly Uri Page = new("http://localhost/base/docs");

    private readonly DirectoryInfo _bundle = Directory.CreateTempSubdirectory("chat-docs-");
    private WebApplication? _app;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _bundle.Delete(recursive: true);
    }

    [Fact]
    public async Task The_page_names_no_other_origin()
    {
        var html = await (await Docs()).GetStringAsync(Page);

        Assert.DoesNotContain("http:", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", html, StringComparison.OrdinalIgnoreCase);
        Assert.All(Addresses(html), address => Assert.True(
            address.Scheme is "data" || address.GetLeftPart(UriPartial.Authority) == Page.GetLeftPart(UriPartial.Authority), address.ToString()));
    }

    [Fact]
    public async Task The_policy_lets_the_page_speak_only_to_its_own_origin_and_run_only_its_own_script()
    {
        using var response = await (await Docs()).GetAsync(Page);

        var policy = Policy(response);
        Assert.Equal(["'none'"], policy["default-src"]);
        Assert.Equal(["'self'"], policy["connect-src"]);
        Assert.Equal(["'none'"], policy["base-uri"]);
        Assert.Equal(["'none'"], policy["frame-ancestors"]);
        var inline = Assert.Single(Parse(await response.Content.ReadAsStringAsync()).Scripts, script => script.Text.Length > 0);
        Assert.Equal(["'self'", $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline.Text)))}'"], policy["script-src"]);
        Assert.DoesNotContain(policy.Values.SelectMany(sources => sources), source => source.Contains(':') && source != "data:");
    }

    [Fact]
    public async Task What_would_speak_to_Scalars_own_services_is_off_and_the_five_languages_are_offered()
    {
        var settings = Settings(await (await Docs()).GetStringAsync(Page));

        Assert.Equal("openapi/v1.json", settings.GetProperty("url").GetString());
        Assert.False(settings.GetProperty("withDefaultFonts").GetBoolean());
        Assert.False(settings.GetProperty("telemetry").GetBoolean());
        Assert.True(settings.GetProperty("agent").GetProperty("disabled").GetBoolean());
        Assert.True(settings.GetProperty("mcp").GetProperty("disabled").GetBoolean());
        Assert.False(settings.TryGetProperty("proxyUrl", out _));
        var offered = new Dictionary<string, string>
        { ["shell"] = "curl", ["js"] = "fetch", ["python"] = "requests", ["php"] = "curl", ["csharp"] = "httpclient" };
        foreach (var target in settings.GetProperty("hiddenClients").EnumerateObject())
        {
            Assert.Equal(offered.ContainsKey(target.Name), target.Value.ValueKind == JsonValueKind.Array);
            Assert.True(!offered.Remove(target.Name, out var client) || target.Value.EnumerateArray().All(hidden => hidden.GetString() != client));
        }

        Assert.Empty(offered);
    }

    [Theory]
    [InlineData("http://localhost/docs")]
    [InlineData("http://localhost/docs/")]
    [InlineData("http://localhost/base/docs")]
    [InlineData("http://localhost/base/docs/")]
    public async Task The_script_and_the_description_are_found_from_wherever_the_page_is(string address)
    {
        var http = await Docs();
        var page = new Uri(address);
        using var answer = await http.GetAsync(page);
        var shown = answer.Headers.Location is { } moved ? new Uri(page, moved) : page;

        var html = await http.GetStringAsync(shown);

        var script = Parse(html).Scripts.Single(s => s.Source is not null).Source!;
        Assert.Equal(Script, await http.GetStringAsync(new Uri(shown, script)));
        Assert.Equal("{}", await http.GetStringAsync(new Uri(shown, Settings(html).GetProperty("url").GetString())));
    }

    [Fact]
    public async Task The_script_is_cached_for_good_under_the_address_on_the_page_and_under_no_other()
    {
        var http = await Docs();
        using var named = await http.GetAsync(ScriptAddress(await http.GetStringAsync(Page)));
        using var old = await http.GetAsync(new Uri("http://localhost/docs/scalar.js?v=another"));

        Assert.Equal("public, max-age=31536000, immutable", Assert.Single(named.Headers.GetValues("Cache-Control")));
        Assert.Equal("text/javascript; charset=utf-8", named.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", old.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("identity", null)]
    [InlineData("br;q=0, gzip;q=0", null)]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0, GZIP;q=0.5", "gzip")]
    public async Task The_script_comes_in_the_smallest_form_that_the_caller_takes(string? accepted, string? sent)
    {
        using var response = await Get(await Docs(), accepted);

        Assert.Equal(sent, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
        Assert.Equal(Script, await Decoded(response));
    }

    [Fact]
    public async Task A_form_that_the_build_did_not_make_is_not_offered()
    {
        var http = await Docs();
        File.Delete(Path.Combine(_bundle.FullName, "scalar.js.br"));

        using var response = await Get(http, "br, gzip");

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Each_form_has_a_tag_of_its_own_and_a_caller_that_holds_it_is_sent_nothing()
    {
        var http = await Docs();
        using var plain = await Get(http, accepted: null);
        using var brotli = await Get(http, "br");

        using var again = await Get(http, "br", brotli.Headers.ETag);
        using var other = await Get(http, "br", plain.Headers.ETag);

        Assert.NotEqual(plain.Headers.ETag, brotli.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Another_script_has_another_address()
    {
        var before = ScriptAddress(await (await Docs()).GetStringAsync(Page));
        await _app!.DisposeAsync();

        var after = ScriptAddress(await (await Docs(Script + " // next version")).GetStringAsync(Page));

        Assert.NotEqual(before, after);
    }

    [Theory]
    [InlineData("docs")]
    [InlineData("docs/scalar.js")]
    public async Task Head_is_answered_with_the_headers_of_get(string path)
    {
        var http = await Docs();
        var address = new Uri(Page, path);
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using var head = await http.SendAsync(request);
        using var get = await http.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(get.Headers.ToString(), head.Headers.ToString());
        Assert.Equal(get.Content.Headers.ToString(), head.Content.Headers.ToString());
    }

    [Fact]
    public async Task Without_the_script_the_page_links_the_description_and_says_how_to_get_it()
    {
        var http = await Docs(script: null);
        using var response = await http.GetAsync(Page);
        using var script = await http.GetAsync(new Uri("http://localhost/docs/scalar.js"));

        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new Uri("http://localhost/base/openapi/v1.json"), Assert.Single(Addresses(html)));
        Assert.Contains("dotnet build", html, StringComparison.Ordinal);
        Assert.Empty(Parse(html).Scripts);
        Assert.Equal(["'none'"], Policy(response)["default-src"]);
        Assert.False(Policy(response).ContainsKey("script-src"));
        Assert.Equal(HttpStatusCode.NotFound, script.StatusCode);
    }

    private async Task<HttpClient> Docs(string? script = Script)
    {
        if (script is not null)
        {
            Write("scalar.js", script, stream => stream);
            Write("scalar.js.br", script, stream => new BrotliStream(stream, CompressionLevel.Fastest));
            Write("scalar.js.gz", script, stream => new GZipStream(stream, CompressionLevel.Fastest));
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.Configure<DocsOptions>(options => options.BundleDirectory = _bundle.FullName);
        _app = builder.Build();
        _app.UsePathBase("/base");
        _app.UseRouting();
        _app.MapDocs();
        _app.MapGet("/openapi/v1.json", () => "{}");
        await _app.StartAsync();
        return _app.GetTestClient();
    }

    private void Write(string name, string text, Func<Stream, Stream> encode)
    {
        using var stream = encode(File.Create(Path.Combine(_bundle.FullName, name)));
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private static async Task<HttpResponseMessage> Get(HttpClient http, string? accepted, EntityTagHeaderValue? held = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://localhost/docs/scalar.js"));
        if (accepted is not null)
        {
            request.Headers.Add("Accept-Encoding", accepted);
        }

        if (held is not null)
        {
            request.Headers.IfNoneMatch.Add(held);
        }

        return await http.SendAsync(request);
    }

    private static async Task<string> Decoded(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(response.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        });
        return await reader.ReadToEndAsync();
    }

    private static Dictionary<string, string[]> Policy(HttpResponseMessage response) =>
        Assert.Single(response.Headers.GetValues("Content-Security-Policy"))
            .Split(';', StringSplitOptions.TrimEntries)
            .Select(directive => directive.Split(' '))
            .ToDictionary(parts => parts[0], parts => parts[1..], StringComparer.Ordinal);

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    private static JsonElement Settings(string html) =>
        JsonDocument.Parse(Parse(html).GetElementById("api-reference")!.GetAttribute("data-configuration")!).RootElement;

    private static Uri ScriptAddress(string html) => new(Page, Parse(html).Scripts.Single(script => script.Source is not null).Source!);

    private static Uri[] Addresses(string html) =>
        [.. Parse(html).QuerySelectorAll("[src], [href]").Select(element => new Uri(Page, element.GetAttribute("src") ?? element.GetAttribute("href")!))];
}
