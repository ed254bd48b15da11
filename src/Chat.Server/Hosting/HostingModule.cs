using System.Globalization;
using System.Net;
using Chat.Server.Administration;
using Chat.Server.Channels;
using Chat.Server.Errors;
using Chat.Server.Hosting.Description;
using Chat.Server.Hosting.Docs;
using Chat.Server.Hosting.Start;
using Chat.Server.Hosting.Telemetry;
using Chat.Server.Http;
using Chat.Server.Quotas;
using Chat.Server.Settings;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Chat.Server.Hosting;

/// <summary>What only the program needs: the server's limits, the order of the pipeline, start-up.</summary>
internal static class HostingModule
{
    // Bodies are refused at 64 KiB by those who read them. This is how much more is taken in and thrown away (RefusedUploads), so
    // that a caller who is still sending hears the answer instead of a reset connection.
    private const long DrainedBody = 32 * 1024 * 1024;

    public static WebApplicationBuilder AddHosting(this WebApplicationBuilder builder)
    {
        // Not the runtime's globalization-invariant mode, which would say the same: the SQL Server client refuses to connect in it.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        AddOwnSettings(builder);
        // Looking through every registration loads 3 MB of types that a request may never need: development and the tests do it.
        builder.Host.UseDefaultServiceProvider((context, options) =>
            options.ValidateOnBuild = options.ValidateScopes = !context.HostingEnvironment.IsProduction());
        // The slim builder leaves HTTPS settings (Kestrel:Certificates, https addresses) out.
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(ConfigureKestrel);
        // A request is read, answered and sent by one thread of the pool, with no queue between: of a thousand that come at once, each would
        // else hold its buffers until all have been read, and half-written histories would outlive the young generations. Whoever blocks a
        // thread holds up its own connection only, as long as the runtime does not run continuations on the sockets' own threads.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        // The slim builder has chosen the console's form in code: the settings choose it again.
        builder.Services.Configure<ConsoleLoggerOptions>(builder.Configuration.GetSection("Logging:Console"));
        // The framework's own request lines and scopes hold the path and the query, and so session ids: RequestLog stands for them, at every
        // level. With nobody to log for, nor an exporter that listens, it makes no span for a request either.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddExceptionHandler<FaultHandler>();
        builder.Services.AddOptions<ProxyOptions>().BindSettings("ForwardedHeaders");
        builder.Services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsValidator>();
        TelemetryExport.AddTo(builder.Services, builder.Configuration);
        builder.Services.AddHealth();
        builder.Services.AddDescription();
        builder.Services.AddSingleton<StorePreparation>();
        builder.Services.AddSingleton<DemoChannel>();
        builder.Services.AddHostedService<StoreStartup>();
        if (builder.Environment.IsDevelopment())
            builder.Services.AddHostedService<Welcome>();
        return builder;
    }

    // Only settings in the folder that a process is started from are read by themselves: from another one, the log would have neither the
    // form nor the levels that are meant, and ten lines for every request. What stands in that folder comes after, and counts.
    private static void AddOwnSettings(WebApplicationBuilder builder)
    {
        if (Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory) == Path.TrimEndingDirectorySeparator(builder.Environment.ContentRootPath))
            return;
        var own = new JsonConfigurationSource { Path = "appsettings.json", Optional = true, FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory) };
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, own);
    }

    /// <summary>The order in which a request is looked at (contract, section 1: key, channel active, per minute, body).</summary>
    public static void UsePipeline(this WebApplication app)
    {
        app.UseRefusedUploads();
        app.UseRequestIds();
        UseForwardedHeaders(app);
        app.UseRequestLog();
        app.Use(SetSecurityHeaders);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => context.HttpContext.WriteErrorAsync(
            context.HttpContext.Response.StatusCode switch
            {
                StatusCodes.Status404NotFound => ChatError.NotFound,
                StatusCodes.Status405MethodNotAllowed => ChatError.MethodNotAllowed,
                StatusCodes.Status415UnsupportedMediaType => ChatError.UnsupportedMediaType,
                _ => ChatError.BadRequest,
            },
            context.HttpContext.RequestAborted));
        app.UseRouting();
        app.UseAdminToken();
        app.UseRefusalCounting();
        app.UseRateLimitHeaders();
        app.UseChannelKeys();
        app.UseRateLimiter();
    }

    /// <summary>Maps what is no capability: health, the description, its documentation, and the first page.</summary>
    public static void MapHosting(this WebApplication app)
    {
        app.MapHealth();
        app.MapDescription();
        app.MapDocs();
        app.MapStart();
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = DrainedBody;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Limits.MaxConcurrentConnections = 20_000;
    }

    private static void UseForwardedHeaders(WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value;
        if (proxies.KnownProxies.Count == 0 && proxies.KnownNetworks.Count == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var address in proxies.KnownProxies)
            options.KnownProxies.Add(IPAddress.Parse(address));
        foreach (var network in proxies.KnownNetworks)
            options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        app.UseForwardedHeaders(options);
    }

    // What every answer carries; pages set a policy of their own over the strictest one.
    private static Task SetSecurityHeaders(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static state =>
            {
                var headers = ((HttpResponse)state).Headers;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                if (headers.ContentSecurityPolicy.Count == 0)
                    headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                if (headers.CacheControl.Count == 0)
                    headers.CacheControl = "no-store";
                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }
}
