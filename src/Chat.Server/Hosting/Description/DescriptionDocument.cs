using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;

namespace Chat.Server.Hosting.Description;

/// <summary>
/// The description's bytes, made once, when somebody first asks. The framework's maker of descriptions brings a part of MVC along: it has a
/// container of its own, so that a service that is only asked to chat has 2 MB less in memory.
/// </summary>
/// <param name="application">The application's services, whose endpoints are described.</param>
/// <param name="registered">
/// What they were made from. That container has it all too: a parameter of a handler that nobody registered would be taken for the request's body.
/// </param>
internal sealed class DescriptionDocument(IServiceProvider application, IServiceCollection registered)
{
    private byte[]? _made;

    /// <summary>The description, in UTF-8. Of those who ask first at the same time, each may make it.</summary>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellationToken) => _made ??= await MakeAsync(cancellationToken);

    private async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
    {
        var services = new ServiceCollection()
            .Add(registered)
            .AddSingleton(application.GetRequiredService<EndpointDataSource>())
            .AddMakerOfDescriptions();
        await using var own = services.BuildServiceProvider();
        var document = await own.GetRequiredKeyedService<IOpenApiDocumentProvider>(DescriptionModule.Name).GetOpenApiDocumentAsync(cancellationToken);
        await using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
