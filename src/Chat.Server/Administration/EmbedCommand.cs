using System.CommandLine;
using System.CommandLine.Parsing;
using Chat.Server.WidgetHost;
using Microsoft.Extensions.Options;

namespace Chat.Server.Administration;

/// <summary>The snippets as a command: <c>channel embed</c>.</summary>
internal static class EmbedCommand
{
    // Where the service answers when nothing else was said (launchSettings.json).
    private const string DevelopmentAddress = "http://localhost:5080";

    public static Command Create(Argument<Guid> id, CommandRunner run)
    {
        var inline = new Option<bool>("--inline") { Description = "The chat in the page, rather than a button in its corner." };
        var url = new Option<string?>("--url") { Description = "The service's address as websites know it; default: Embed:PublicUrl." };
        url.Validators.Add(CheckAddress);
        var command = new Command("embed", "Prints the HTML that shows a channel's chat on any website, without a script.") { id, inline, url };
        command.SetAction((parsed, cancellationToken) => run(async services =>
        {
            if (AddressOf(services, parsed.GetValue(url)) is not { } address)
                return await FailAsync("Say where websites find this service: --url https://chat.example.com, or the setting Embed:PublicUrl.");
            if (!(await services.GetRequiredService<ReadEmbed>().HandleAsync(parsed.GetRequiredValue(id), address, cancellationToken)).Succeeded(out var embed, out var error))
                return await ChannelCommands.FailAsync(error);
            System.Console.WriteLine(parsed.GetValue(inline) ? embed.Inline : embed.Corner);
            if (embed.Warning is { } warning)
                await System.Console.Error.WriteLineAsync(warning);
            return 0;
        }));
        return command;
    }

    private static string? AddressOf(IServiceProvider services, string? given)
    {
        if ((given ?? services.GetRequiredService<IOptions<EmbedOptions>>().Value.PublicUrl) is { } set)
            return EmbedAddress.Parse(set);
        return services.GetRequiredService<IHostEnvironment>().IsDevelopment() ? DevelopmentAddress : null;
    }

    private static void CheckAddress(OptionResult option)
    {
        if (EmbedAddress.Parse(option.Tokens.Count > 0 ? option.Tokens[0].Value : "") is null)
            option.AddError("--url must be an absolute http or https URL without user, query or fragment.");
    }

    private static async Task<int> FailAsync(string sentence)
    {
        await System.Console.Error.WriteLineAsync(sentence);
        return 1;
    }
}
