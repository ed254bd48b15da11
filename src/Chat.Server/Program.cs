using Chat.Server.Administration;
using Chat.Server.Channels;
using Chat.Server.Console;
using Chat.Server.Conversations;
using Chat.Server.Hosting;
using Chat.Server.Http;
using Chat.Server.Providers;
using Chat.Server.Quotas;
using Chat.Server.Storage;
using Chat.Server.WidgetHost;

var command = CommandLine.IsCommand(args);
// Settings are read once. To watch their files is to be woken by every write to a database that lies beside them.
var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. command ? [] : args]);

builder.AddHosting();
builder.Services
    .AddWire()
    .AddStorage()
    .AddProviders(builder.Configuration)
    .AddChannels()
    .AddQuotas()
    .AddConversations()
    .AddWidgetHost()
    .AddAdministration()
    .AddConsole();

return await Startup.RunAsync(builder, command ? args : null, app =>
{
    app.UsePipeline();
    app.MapConversations();
    app.MapWidgetHost();
    app.MapAdministration();
    app.MapConsole();
    app.MapHosting();
});
