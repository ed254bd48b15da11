using System.Runtime.CompilerServices;

namespace Chat.Server.Hosting.Telemetry;

/// <summary>
/// Sends traces and metrics by OTLP, where OpenTelemetry's own settings name an endpoint. Without one nothing of the library is
/// even loaded. It starts before requests come and flushes after they have ended.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration) : IHostedService
{
    // A collector that is away must not hold up a shutdown.
    private static readonly TimeSpan FlushPatience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private IReadOnlyList<IDisposable> _pipelines = [];
    private Task? _flushing;

    /// <summary>Adds the export where it is configured.</summary>
    public static void AddTo(IServiceCollection services, IConfiguration configuration)
    {
        if (IsConfigured(configuration))
            services.AddHostedService<TelemetryExport>();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pipelines = Build(configuration);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(Flushing(), Task.Delay(FlushPatience, TimeProvider.System, cancellationToken));

    internal static bool IsConfigured(IConfiguration configuration) =>
        !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
        && new[] { "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" }
            .Any(name => !string.IsNullOrWhiteSpace(configuration[name]));

    // A host may be stopped twice at once, and to dispose of a pipeline while it flushes loses what it has.
    private Task Flushing()
    {
        lock (_gate)
            return _flushing ??= Task.WhenAll(_pipelines.Select(pipeline => Task.Run(pipeline.Dispose)));
    }

    // The library's types are named below here alone, so that its assemblies load only when it is used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IReadOnlyList<IDisposable> Build(IConfiguration configuration) => TelemetryPipelines.Build(configuration);
}
