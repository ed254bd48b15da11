using Chat.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chat.Server.Tests.Client;

public sealed class RegistrationTests
{
    [Fact]
    public void The_defaults_suit_a_long_answer()
    {
        var options = new ChatClientOptions();

        Assert.Equal((TimeSpan.FromSeconds(100), 16 * 1024 * 1024), (options.Timeout, options.MaxResponseBytes));
        Assert.Equal((null, null), (options.BaseUrl, options.ApiKey));
    }

    [Fact]
    public void All_faults_are_told_together_when_the_host_starts()
    {
        var services = new ServiceCollection();
        services.AddChatClient(options =>
        {
            options.ApiKey = "chat_copied with a space";
            options.Timeout = TimeSpan.Zero;
            options.MaxResponseBytes = 1;
        });
        using var provider = services.BuildServiceProvider();

        var verdict = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(["BaseUrl", "ApiKey", "Timeout", "MaxResponseBytes"], verdict.Failures.Select(fault => fault.Split(' ')[0]));
        Assert.DoesNotContain("chat_copied", verdict.ToString());
    }

    [Fact]
    public void A_fault_of_a_named_channel_says_whose_it_is()
    {
        var services = new ServiceCollection();
        services.AddChatClient("shop", options => options.BaseUrl = new Uri("http://localhost"));
        using var provider = services.BuildServiceProvider();

        var verdict = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(["Chat client 'shop': ApiKey is required."], verdict.Failures);
    }

    [Theory]
    [InlineData("relative/path", "must be absolute")]
    [InlineData("ftp://localhost", "must be http or https")]
    [InlineData("http://user:pass@localhost", "must have no user")]
    [InlineData("http://localhost?key=1", "must have no user, query")]
    [InlineData("http://localhost#top", "must have no user, query or fragment")]
    public void A_base_url_that_cannot_be_one_is_a_fault(string url, string fault)
    {
        var verdict = FaultsOf(options => options.BaseUrl = new Uri(url, UriKind.RelativeOrAbsolute));

        Assert.Contains(fault, Assert.Single(verdict));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    [InlineData("chat_key\n")]
    [InlineData("chat_clé")]
    public void A_key_that_no_header_can_hold_is_a_fault(string? key) => Assert.Single(FaultsOf(options => options.ApiKey = key));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(0, false)]
    [InlineData(-1, true)]
    [InlineData(1, true)]
    [InlineData(3_600_000, true)]
    [InlineData(3_600_001, false)]
    public void A_timeout_is_at_most_an_hour_or_infinite(int milliseconds, bool good) =>
        Assert.Equal(good ? 0 : 1, FaultsOf(options => options.Timeout = TimeSpan.FromMilliseconds(milliseconds)).Count());

    [Theory]
    [InlineData(1023, false)]
    [InlineData(1024, true)]
    [InlineData(256 * 1024 * 1024, true)]
    [InlineData((256 * 1024 * 1024) + 1, false)]
    public void An_answers_limit_is_1_KiB_to_256_MiB(int bytes, bool good) =>
        Assert.Equal(good ? 0 : 1, FaultsOf(options => options.MaxResponseBytes = bytes).Count());

    [Fact]
    public async Task Two_channels_keep_their_own_addresses_and_keys()
    {
        await using var shop = await ScriptedService.StartAsync(Answers.Reply);
        await using var blog = await ScriptedService.StartAsync(Answers.Reply);
        var services = new ServiceCollection();
        services.AddChatClient("shop", options => (options.BaseUrl, options.ApiKey) = (shop.Address, "chat_shop"));
        services.AddChatClient("blog", options => (options.BaseUrl, options.ApiKey) = (blog.Address, "chat_blog"));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredKeyedService<ChatApiClient>("shop").SendAsync("Hello", "s-1");
        await provider.GetRequiredKeyedService<ChatApiClient>("blog").SendAsync("Hello", "s-1");

        Assert.Equal("chat_shop", Assert.Single(shop.Requests).Headers["X-API-Key"]);
        Assert.Equal("chat_blog", Assert.Single(blog.Requests).Headers["X-API-Key"]);
        Assert.Null(provider.GetService<ChatApiClient>());
    }

    [Fact]
    public async Task A_caller_can_add_a_handler_and_sees_what_it_throws_as_it_is()
    {
        await using var service = await ScriptedService.StartAsync();
        var services = new ServiceCollection();
        services.AddChatClient(options => (options.BaseUrl, options.ApiKey) = (service.Address, ScriptedService.ApiKey))
            .AddHttpMessageHandler(() => new OpenCircuit());
        await using var provider = services.BuildServiceProvider();

        await Assert.ThrowsAsync<NotSupportedException>(() => provider.GetRequiredService<ChatApiClient>().SendAsync("Hello", "s-1"));
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task The_hosts_clock_is_the_clients()
    {
        var time = new HandTurnedTime();
        var arrived = new TaskCompletionSource();
        await using var service = await ScriptedService.StartAsync(Answers.Silence(arrived));
        await using var provider = new ServiceCollection().AddSingleton<TimeProvider>(time).AddChannelAt(service).BuildServiceProvider();

        var sending = provider.GetRequiredService<ChatApiClient>().SendAsync("Hello", "s-1");
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(100));

        Assert.Equal(ChatErrorCodes.Timeout, (await Assert.ThrowsAsync<ChatApiException>(() => sending)).Code);
    }

    private static IEnumerable<string> FaultsOf(Action<ChatClientOptions> spoil)
    {
        var options = new ChatClientOptions { BaseUrl = new Uri("https://chat.example.com/base"), ApiKey = ScriptedService.ApiKey };
        spoil(options);
        using var http = new HttpClient();
        var failure = Record.Exception(() => new ChatApiClient(http, options));
        return failure is null ? [] : Assert.IsType<OptionsValidationException>(failure).Failures;
    }

    private sealed class OpenCircuit : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new NotSupportedException("The caller's own");
    }
}
