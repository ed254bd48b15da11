using Chat.Server.Providers;
using Chat.Server.Quotas;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Chat.Server.Hosting.Telemetry;

/// <summary>
/// The two pipelines, of traces and of metrics. Every <c>OTEL_</c> setting is the library's own, from any configuration source.
/// (No type of ours derives from one of the library's: looking through our types would load it.)
/// </summary>
internal static class TelemetryPipelines
{
    private const string ServiceName = "chat";

    // The platform's own instruments: requests, connections, calls out, memory.
    private static readonly string[] Meters = [ChatMetrics.MeterName, ProviderMetrics.MeterName, "Microsoft.AspNetCore.*", "System.Net.Http", "System.Runtime"];

    private static readonly string[] Sources = [ProviderMetrics.MeterName, "Microsoft.AspNetCore", "System.Net.Http"];

    public static IReadOnlyList<IDisposable> Build(IConfiguration configuration) =>
    [
        Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(Describe)
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build(),
        Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(Describe)
            .AddMeter(Meters)
            .AddOtlpExporter()
            .Build(),
    ];

    // The environment comes last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    private static void Describe(ResourceBuilder resource) =>
        resource.Clear().AddService(ServiceName, serviceVersion: typeof(TelemetryPipelines).Assembly.GetName().Version?.ToString(3)).AddTelemetrySdk().AddEnvironmentVariableDetector();
}
