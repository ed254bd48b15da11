using Chat.Server.Providers;
using Chat.Server.Providers.OpenAI;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>The client of a provider that is not there: what it is answered is made up.</summary>
internal static class ProviderClient
{
    public static OpenAIChatClient Over(HttpMessageHandler answers) => new(
        new HttpMessageInvoker(answers), new Uri("http://upstream.test/v1/chat/completions"), apiKey: "", new ModelAttempt("mock", "model"), TimeProvider.System);
}
