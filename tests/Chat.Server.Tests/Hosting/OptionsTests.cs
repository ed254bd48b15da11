using Chat.Server.Conversations;
using Chat.Server.Hosting;
using Chat.Server.Providers;
using Chat.Server.Quotas;
using Chat.Server.WidgetHost;

namespace Chat.Server.Tests.Hosting;

public sealed class OptionsTests
{
    private static readonly (string, string?)[] Groq = [("Providers:groq:BaseUrl", "https://api.groq.example/v1")];

    [Fact]
    public void Without_configuration_everything_has_its_documented_default()
    {
        Assert.Empty(Settings.Faults());
        var sessions = Settings.Read<ConversationOptions>();
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1)), (sessions.Lifetime, sessions.TurnTimeout, sessions.SweepInterval));
        Assert.Equal(1_000m, Settings.Read<CreditsOptions>().OnCreate);
        var embed = Settings.Read<EmbedOptions>();
        Assert.Equal((10, TimeSpan.FromHours(2), null), (embed.MessagesPerMinute, embed.FormLifetime, embed.PublicUrl));
        Assert.Empty(Settings.Read<ProxyOptions>().KnownProxies);
        Assert.Empty(Settings.Read<ProxyOptions>().KnownNetworks);
        Assert.Empty(Settings.Read<ProvidersOptions>().Providers);
        Assert.Empty(Settings.Read<ProvidersOptions>().Models);
    }

    [Fact]
    public void A_provider_with_an_address_alone_has_its_documented_defaults()
    {
        var provider = Settings.Read<ProvidersOptions>(Groq).Providers["GROQ"];

        Assert.Equal(("https://api.groq.example/v1", "", 60, 0), (provider.BaseUrl, provider.ApiKey, provider.TimeoutSeconds, provider.Order));
        Assert.Equal((3, 30, 20, 1), (provider.ConnectTimeoutSeconds, provider.FirstTokenTimeoutSeconds, provider.IdleTimeoutSeconds, provider.Retries));
    }

    [Fact]
    public void A_model_that_is_changed_keeps_what_is_not_named()
    {
        var model = Settings.Read<ProvidersOptions>([.. Groq, ("Models:gemma2-9b-it:Attempts:0:Provider", "groq")]).Models["gemma2-9b-it"];

        Assert.Equal((null, null, null, null), (model.Name, model.ContextTokens, model.MaxOutputTokens, model.CreditRate));
        Assert.Equal(("groq", ""), (Assert.Single(model.Attempts).Provider, model.Attempts[0].Model));
    }

    [Theory]
    [InlineData("Sessions:Lifetime", "00:01:00")]
    [InlineData("Sessions:Lifetime", "365.00:00:00")]
    [InlineData("Sessions:TurnTimeout", "00:00:01")]
    [InlineData("Sessions:TurnTimeout", "01:00:00")]
    [InlineData("Sessions:SweepInterval", "00:00:01")]
    [InlineData("Sessions:SweepInterval", "01:00:00")]
    [InlineData("Credits:OnCreate", "0")]
    [InlineData("Credits:OnCreate", "1000000000")]
    [InlineData("Providers:groq:TimeoutSeconds", "1")]
    [InlineData("Providers:groq:TimeoutSeconds", "600")]
    [InlineData("Providers:groq:ConnectTimeoutSeconds", "1")]
    [InlineData("Providers:groq:ConnectTimeoutSeconds", "60")]
    [InlineData("Providers:groq:FirstTokenTimeoutSeconds", "1")]
    [InlineData("Providers:groq:FirstTokenTimeoutSeconds", "600")]
    [InlineData("Providers:groq:IdleTimeoutSeconds", "1")]
    [InlineData("Providers:groq:IdleTimeoutSeconds", "600")]
    [InlineData("Providers:groq:Retries", "0")]
    [InlineData("Providers:groq:Retries", "5")]
    [InlineData("Providers:groq:ApiKey", "sk-!~")]
    [InlineData("Providers:groq:BaseUrl", "http://127.0.0.1:11434/v1")]
    [InlineData("Models:own:ContextTokens", "512")]
    [InlineData("Models:own:MaxOutputTokens", "64")]
    [InlineData("Models:own:CreditRate", "0")]
    [InlineData("Models:own:CreditRate", "1000")]
    [InlineData("Models:own:CreditRate", "0.001")]
    [InlineData("Models:own:Attempts:0:Provider", "Groq")]
    [InlineData("Models:own:Attempts:0:Provider", "guide")]
    [InlineData("Embed:MessagesPerMinute", "1")]
    [InlineData("Embed:MessagesPerMinute", "1000")]
    [InlineData("Embed:FormLifetime", "00:01:00")]
    [InlineData("Embed:FormLifetime", "1.00:00:00")]
    [InlineData("Embed:PublicUrl", "https://chat.example.com/base/")]
    [InlineData("ForwardedHeaders:KnownProxies:0", "::1")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "fd00::/8")]
    public void A_value_at_its_limit_is_taken(string key, string value) => Assert.Empty(Settings.Faults([.. Groq, (key, value)]));

    [Theory]
    [InlineData("Sessions:Lifetime", "00:00:59.9999999", "Sessions:Lifetime must be between 1 minute and 365 days.")]
    [InlineData("Sessions:Lifetime", "365.00:00:00.0000001", "Sessions:Lifetime must be between 1 minute and 365 days.")]
    [InlineData("Sessions:Lifetime", "-1.00:00:00", "Sessions:Lifetime must be between 1 minute and 365 days.")]
    [InlineData("Sessions:TurnTimeout", "00:00:00.9", "Sessions:TurnTimeout must be between 1 second and 1 hour.")]
    [InlineData("Sessions:TurnTimeout", "01:00:01", "Sessions:TurnTimeout must be between 1 second and 1 hour.")]
    [InlineData("Sessions:SweepInterval", "00:00:00", "Sessions:SweepInterval must be between 1 second and 1 hour.")]
    [InlineData("Sessions:SweepInterval", "01:00:01", "Sessions:SweepInterval must be between 1 second and 1 hour.")]
    [InlineData("Embed:MessagesPerMinute", "0", "Embed:MessagesPerMinute must be between 1 and 1000.")]
    [InlineData("Embed:MessagesPerMinute", "1001", "Embed:MessagesPerMinute must be between 1 and 1000.")]
    [InlineData("Embed:FormLifetime", "00:00:59", "Embed:FormLifetime must be between 1 minute and 1 day.")]
    [InlineData("Embed:FormLifetime", "1.00:00:01", "Embed:FormLifetime must be between 1 minute and 1 day.")]
    [InlineData("Embed:PublicUrl", "chat.example.com", "Embed:PublicUrl must be an absolute http or https URL without user, query or fragment.")]
    [InlineData("Embed:PublicUrl", "https://me@chat.example.com", "Embed:PublicUrl must be an absolute http or https URL without user, query or fragment.")]
    [InlineData("Embed:PublicUrl", "https://chat.example.com/?a", "Embed:PublicUrl must be an absolute http or https URL without user, query or fragment.")]
    [InlineData("Credits:OnCreate", "-0.000001", "Credits:OnCreate must be between 0 and 1000000000.")]
    [InlineData("Credits:OnCreate", "1000000000.000001", "Credits:OnCreate must be between 0 and 1000000000.")]
    [InlineData("Providers:groq:BaseUrl", "", "Providers:groq:BaseUrl must be an absolute http or https URL.")]
    [InlineData("Providers:groq:BaseUrl", "/v1", "Providers:groq:BaseUrl must be an absolute http or https URL.")]
    [InlineData("Providers:groq:BaseUrl", "ftp://api.groq.example", "Providers:groq:BaseUrl must be an absolute http or https URL.")]
    [InlineData("Providers:other:ApiKey", "sk-1", "Providers:other:BaseUrl must be an absolute http or https URL.")]
    [InlineData("Providers:groq:TimeoutSeconds", "0", "Providers:groq:TimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:groq:TimeoutSeconds", "601", "Providers:groq:TimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:Guide:BaseUrl", "https://guide.example/v1", "Providers:Guide cannot be configured: guide is the name of the built-in guide.")]
    [InlineData("Models:mein modell:ContextTokens", "512", "Models:mein modell must have an id of 1 to 100 visible ASCII characters.")]
    [InlineData("Models:größer:ContextTokens", "512", "Models:größer must have an id of 1 to 100 visible ASCII characters.")]
    [InlineData("Models:own:ContextTokens", "511", "Models:own:ContextTokens must be at least 512.")]
    [InlineData("Models:own:MaxOutputTokens", "63", "Models:own:MaxOutputTokens must be at least 64.")]
    [InlineData("Models:own:CreditRate", "-0.001", "Models:own:CreditRate must be between 0 and 1000, in steps of 0.001.")]
    [InlineData("Models:own:CreditRate", "1000.001", "Models:own:CreditRate must be between 0 and 1000, in steps of 0.001.")]
    [InlineData("Models:own:CreditRate", "0.0005", "Models:own:CreditRate must be between 0 and 1000, in steps of 0.001.")]
    [InlineData("Providers:groq:ConnectTimeoutSeconds", "0", "Providers:groq:ConnectTimeoutSeconds must be between 1 and 60.")]
    [InlineData("Providers:groq:ConnectTimeoutSeconds", "61", "Providers:groq:ConnectTimeoutSeconds must be between 1 and 60.")]
    [InlineData("Providers:groq:FirstTokenTimeoutSeconds", "0", "Providers:groq:FirstTokenTimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:groq:FirstTokenTimeoutSeconds", "601", "Providers:groq:FirstTokenTimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:groq:IdleTimeoutSeconds", "0", "Providers:groq:IdleTimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:groq:IdleTimeoutSeconds", "601", "Providers:groq:IdleTimeoutSeconds must be between 1 and 600.")]
    [InlineData("Providers:groq:Retries", "-1", "Providers:groq:Retries must be between 0 and 5.")]
    [InlineData("Providers:groq:Retries", "6", "Providers:groq:Retries must be between 0 and 5.")]
    [InlineData("Providers:groq:ApiKey", "sk-1\n", "Providers:groq:ApiKey must be visible ASCII characters without spaces.")]
    [InlineData("Providers:groq:ApiKey", "sk-é", "Providers:groq:ApiKey must be visible ASCII characters without spaces.")]
    [InlineData("Providers:groq:BaseUrl", "https://me:pw@api.groq.example/v1", "Providers:groq:BaseUrl must have no user, query or fragment.")]
    [InlineData("Providers:groq:BaseUrl", "https://api.groq.example/v1?key=1", "Providers:groq:BaseUrl must have no user, query or fragment.")]
    [InlineData("Models:own:Attempts:0:Provider", "nobody", "Models:own:Attempts names the provider \"nobody\", which is not configured.")]
    [InlineData("Models:own:Attempts:0:Model", "alone", "Models:own:Attempts names the provider \"\", which is not configured.")]
    [InlineData("ForwardedHeaders:KnownProxies:0", "proxy.example", "ForwardedHeaders:KnownProxies holds \"proxy.example\", which is not an IP address.")]
    [InlineData("ForwardedHeaders:KnownProxies:0", "10.0.0.0/8", "ForwardedHeaders:KnownProxies holds \"10.0.0.0/8\", which is not an IP address.")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "10.0.0.1", "ForwardedHeaders:KnownNetworks holds \"10.0.0.1\", which is not a network such as 10.0.0.0/8.")]
    [InlineData("ForwardedHeaders:KnownNetworks:0", "10.0.0.0/33", "ForwardedHeaders:KnownNetworks holds \"10.0.0.0/33\", which is not a network such as 10.0.0.0/8.")]
    public void A_value_that_cannot_work_ends_the_start_with_a_sentence(string key, string value, string sentence) =>
        Assert.Equal([sentence], Settings.Faults([.. Groq, (key, value)]));

    [Theory]
    [InlineData("Sessions:Lifetime", "soon", "Sessions:Lifetime must be a time span, such as 00:01:30 or 1.00:00:00.")]
    [InlineData("Sessions:Lifetime", "", "Sessions:Lifetime must be a time span, such as 00:01:30 or 1.00:00:00.")]
    [InlineData("Credits:OnCreate", "plenty", "Credits:OnCreate must be a number.")]
    [InlineData("Storage:Durability", "Most", "Storage:Durability must be one of Normal, Full.")]
    [InlineData("Providers:groq:TimeoutSeconds", "1.5", "Providers:groq:TimeoutSeconds must be a whole number.")]
    [InlineData("Providers:groq:TimeoutSeconds", "99999999999", "Providers:groq:TimeoutSeconds must be a whole number.")]
    [InlineData("Models:own:ContextTokens", "many", "Models:own:ContextTokens must be a whole number.")]
    [InlineData("Models:own:CreditRate", "free", "Models:own:CreditRate must be a number.")]
    public void A_value_of_the_wrong_type_ends_the_start_with_a_sentence(string key, string value, string sentence) =>
        Assert.Equal([sentence], Settings.Faults([.. Groq, (key, value)]));

    [Fact]
    public void A_profile_that_does_not_exist_ends_the_start() => Assert.Equal(
        ["Models:own:Attempts names the profile \"quick\": it must be fast, balanced or deep."],
        Settings.Faults([.. Groq, ("Models:own:Attempts:0:Provider", "groq"), ("Models:own:Attempts:0:Profile", "quick")]));

    [Fact]
    public void All_faults_of_all_sections_are_told_together()
    {
        var faults = Settings.Faults(
            ("Sessions:Lifetime", "00:00:01"), ("Sessions:TurnTimeout", "00:00:00"), ("Sessions:SweepInterval", "1.00:00:00"),
            ("Credits:OnCreate", "-1"),
            ("Providers:a:TimeoutSeconds", "0"), ("Models:own:CreditRate", "-1"), ("Models:own:Attempts:0:Provider", "b"),
            ("ForwardedHeaders:KnownProxies:0", "x"), ("ForwardedHeaders:KnownNetworks:0", "y"), ("Usage:FlushInterval", "often"), ("Providers:a:Order", "first"));

        Assert.Equal(12, faults.Count);
        foreach (var section in new[] { "Usage:FlushInterval", "Providers:a:Order", "Sessions:Lifetime", "Sessions:TurnTimeout", "Sessions:SweepInterval", "Credits:OnCreate", "Providers:a:BaseUrl", "Providers:a:TimeoutSeconds", "Models:own:CreditRate", "Models:own:Attempts", "ForwardedHeaders:KnownProxies", "ForwardedHeaders:KnownNetworks" })
            Assert.Single(faults, fault => fault.StartsWith(section, StringComparison.Ordinal));
    }
}
