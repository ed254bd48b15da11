using Chat.Server.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Chat.Browser.Tests.Infrastructure;

/// <summary>
/// One browser process: the Chromium that the machine has, or its headless shell. Each test has a context of its own. The only hosts there are for it are those of this machine; all
/// others lead to a <see cref="Canary"/>, which counts.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places =
    [
        Environment.GetEnvironmentVariable("CHAT_CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private static readonly string? Path = Places.FirstOrDefault(File.Exists);

    // The same engine without the windows that nobody sees, where it is installed: painting those is half of what a test costs. It has
    // no profile, so what is set in one needs the whole browser.
    private static readonly string? ShellPath = Path == "/usr/bin/chromium" && File.Exists($"{Path}-headless-shell") ? $"{Path}-headless-shell" : Path;

    // Every picture of a movement is painted, by the processor: where everything is tried, and where motion is what a test is about.
    private static readonly ReducedMotion Motion = Extent.IsWhole ? ReducedMotion.NoPreference : ReducedMotion.Reduce;

    /// <summary>How long a test waits for what it expects to see, in milliseconds.</summary>
    internal const float PatienceMs = 30_000;

    // One driver for all browsers. It ends with the process whose input it reads.
    private static readonly Lazy<Task<IPlaywright>> Driver = new(Playwright.CreateAsync);

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    /// <summary>Why there is no browser here; null: there is one.</summary>
    public static string? WhyNot { get; } = Path is null ? "No Chromium is installed (apt-get install chromium), and CHAT_CHROMIUM names none." : null;

    /// <summary>Where every name of the world leads.</summary>
    internal Canary Canary { get; } = new();

    /// <summary>Pages that a test makes up, without any policy.</summary>
    internal PageServer Pages { get; private set; } = null!;

    internal IBrowserType Type => _playwright.Chromium;

    private string[] Switches =>
    [
        "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
        // What the browser wants to know from its maker is no concern of these tests.
        $"--host-resolver-rules=MAP *.google.com ^NOTFOUND, MAP *.googleapis.com ^NOTFOUND, MAP *.gvt1.com ^NOTFOUND, MAP * 127.0.0.1:{Canary.Port}, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ];

    public async Task InitializeAsync()
    {
        Pages = await PageServer.StartAsync();
        if (WhyNot is not null)
            return;
        // The states that tests wait for come at once, but for a machine that has much else to do.
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        _playwright = await Driver.Value;
        _browser = await LaunchAsync();
    }

    public async Task DisposeAsync()
    {
        if (WhyNot is null)
            await _browser.DisposeAsync();
        Canary.Dispose();
        await Pages.DisposeAsync();
    }

    /// <summary>Another process, for what can only be set for a whole one.</summary>
    internal Task<IBrowser> LaunchAsync(params ReadOnlySpan<string> more) =>
        _playwright.Chromium.LaunchAsync(new() { ExecutablePath = ShellPath, ChromiumSandbox = false, Args = [.. Switches, .. more] });

    /// <summary>A browser of its own with the settings of a profile, in the form of Chromium's <c>Preferences</c> file; the caller closes it and deletes the folder.</summary>
    internal async Task<IBrowserContext> LaunchProfileAsync(string folder, string preferences, BrowserTypeLaunchPersistentContextOptions options)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "Default"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "Default", "Preferences"), preferences);
        (options.ExecutablePath, options.ChromiumSandbox, options.Args) = (Path, false, Switches);
        return await _playwright.Chromium.LaunchPersistentContextAsync(folder, options);
    }

    internal Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options = null) => _browser.NewContextAsync(options ?? new());

    /// <summary>A visitor who has switched scripting off.</summary>
    internal Task<IBrowserContext> NewVisitorAsync(Action<BrowserNewContextOptions>? change = null)
    {
        var options = new BrowserNewContextOptions { JavaScriptEnabled = false, Locale = "en-GB", TimezoneId = "UTC", ReducedMotion = Motion };
        change?.Invoke(options);
        return NewContextAsync(options);
    }
}

/// <summary>The tests about text that wants to be code.</summary>
[CollectionDefinition(Name)]
public sealed class HostileCollection : ICollectionFixture<Chromium>, ICollectionFixture<Hostile.HostileService>
{
    public const string Name = "Hostile";
}

/// <summary>Their control arms, which run beside them in a browser of their own.</summary>
[CollectionDefinition(Name)]
public sealed class ControlCollection : ICollectionFixture<Chromium>
{
    public const string Name = "Control";
}

/// <summary>The tests of what is said in the widget.</summary>
[CollectionDefinition(Name)]
public sealed class ConversationCollection : ICollectionFixture<Chromium>, ICollectionFixture<Widget.OpenShop>
{
    public const string Name = "Conversation";
}

/// <summary>The tests of what the widget looks like and is made of, beside them.</summary>
[CollectionDefinition(Name)]
public sealed class WidgetCollection : ICollectionFixture<Chromium>, ICollectionFixture<Widget.OpenShop>
{
    public const string Name = "Widget";
}
