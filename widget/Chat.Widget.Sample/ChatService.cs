namespace Chat.Widget.Sample;

/// <summary>
/// Where the sample finds the service. A site of your own sets <c>ChatWidget:ApiKey</c>; this one also looks for the file in which a service that
/// runs in Development beside it keeps its demo channel's key, so that it starts with no setting at all.
/// </summary>
/// <param name="Address">The service's address.</param>
/// <param name="Key">The channel's key; a stand-in of the right form where none was found, and the chat then says that it is not set up.</param>
/// <param name="HasKey">Whether one was found.</param>
internal sealed record ChatService(Uri Address, string Key, bool HasKey)
{
    private const string Prefix = "chat_";
    private const int SecretLength = 43;

    public static ChatService Find(IConfiguration configuration, IHostEnvironment environment)
    {
        var address = new Uri(configuration["ChatWidget:BaseUrl"] ?? "http://localhost:5080");
        var key = configuration["ChatWidget:ApiKey"] is { Length: > 0 } set ? set : ReadKey(configuration["ChatWidget:KeyFile"], environment);
        return new ChatService(address, key ?? Prefix + new string('0', SecretLength), key is not null);
    }

    private static string? ReadKey(string? file, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() || string.IsNullOrEmpty(file))
            return null;
        var path = Path.Combine(environment.ContentRootPath, file);
        return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } key ? key : null;
    }
}
