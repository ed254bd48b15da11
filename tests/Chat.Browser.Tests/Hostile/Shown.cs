using Chat.Browser.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Chat.Browser.Tests.Hostile;

/// <summary>A page that shows what the service has made of hostile text, and what came of it.</summary>
internal sealed class Shown : IAsyncDisposable
{
    private readonly IPage _page;
    private readonly List<string> _dialogs = [];
    private string _title = "";

    private Shown(IPage page)
    {
        _page = page;
        page.Dialog += (_, dialog) =>
        {
            _dialogs.Add(dialog.Message);
            _ = dialog.DismissAsync();
        };
    }

    /// <summary>A visitor whose scripts are allowed, and whose every frame tells what runs in it.</summary>
    public static async Task<IBrowserContext> NewContextAsync(Chromium chromium)
    {
        var context = await chromium.NewContextAsync();
        await context.AddInitScriptAsync(Script.Read("probe.js"));
        return context;
    }

    public static Task<Shown> OpenAsync(IBrowserContext context, PageServer pages, string body) =>
        OpenAsync(context, pages.Put($"<!doctype html><html lang=en><title>Quiet</title><body><main>{body}</main><div id=inserted></div><div id=written></div><div id=appended></div></body></html>"));

    public static async Task<Shown> OpenAsync(IBrowserContext context, string address)
    {
        var shown = new Shown(await context.NewPageAsync());
        await shown.GoAsync(address);
        return shown;
    }

    public async Task GoAsync(string address)
    {
        await _page.GotoAsync(address);
        _title = await _page.TitleAsync();
    }

    /// <summary>Puts HTML in as <c>innerHTML</c> does.</summary>
    public Task InsertAsync(IEnumerable<string> html) => _page.EvaluateAsync(
        """
        all => {
          const place = document.querySelector('#inserted') || document.body.appendChild(document.createElement('div'));
          for (const html of all) place.appendChild(document.createElement('div')).innerHTML = html;
        }
        """,
        html.ToArray());

    /// <summary>Puts the pieces of each in as a page does that is being streamed: one parser, which gets them one after another.</summary>
    public Task WriteAsync(IEnumerable<IReadOnlyList<string>> pieces) => _page.EvaluateAsync(
        """
        all => {
          const frame = document.body.appendChild(document.createElement('iframe'));
          for (const pieces of all) {
            const parser = frame.contentDocument;
            parser.open();
            parser.write('<!doctype html><body>');
            for (const piece of pieces) parser.write(piece);
            parser.close();
            document.querySelector('#written').appendChild(document.createElement('div')).append(...parser.body.childNodes);
          }
          frame.remove();
        }
        """,
        pieces.Select(each => each.ToArray()).ToArray());

    /// <summary>Puts the pieces of each in as a script does that appends them, whatever each has left open.</summary>
    public Task AppendAsync(IEnumerable<IReadOnlyList<string>> pieces) => _page.EvaluateAsync(
        """
        all => {
          for (const pieces of all) {
            const place = document.querySelector('#appended').appendChild(document.createElement('div'));
            for (const piece of pieces) place.insertAdjacentHTML('beforeend', piece);
          }
        }
        """,
        pieces.Select(each => each.ToArray()).ToArray());

    public Task<int> CountAsync(string selector) => _page.Locator(selector).CountAsync();

    /// <summary>What has run, after everything was done to every element that a visitor can do; "" for nothing.</summary>
    public async Task<string> RanAsync(string selector = "body > *")
    {
        var ran = await _page.EvaluateAsync<string[]>(
            """
            async selector => {
              for (const root of document.querySelectorAll(selector)) window.__poke(root);
              await new Promise(resolve => setTimeout(resolve, 50));
              return window.__ran;
            }
            """,
            selector);
        var title = await _page.TitleAsync();
        return string.Join(", ", [.. ran, .. _dialogs, .. title == _title ? [] : new[] { $"title {title}" }]);
    }

    /// <summary>Every kind of element with its attributes that there is.</summary>
    public Task<string[]> KindsAsync() => _page.EvaluateAsync<string[]>("() => [...new Set(['main', '#inserted', '#written', '#appended'].flatMap(each => window.__kinds(document.querySelector(each)).filter(kind => kind !== 'xhtml div')))]");

    public async ValueTask DisposeAsync() => await _page.CloseAsync();
}
