using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Chat.Server.Tests.Infrastructure;

/// <summary>
/// Ends the limiter that the framework's middleware for rate limits makes and never disposes of. Its timer keeps the whole application: a
/// service has one of it until it ends, a run of the tests more than a thousand, which all tick, and which every collection visits.
/// </summary>
internal sealed class FrameworkLimiter : IStartupFilter, IDisposable
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;

    private RequestDelegate? _pipeline;

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest => _pipeline = rest);
        next(app);
    };

    public void Dispose()
    {
        if (_pipeline is null)
            return;
        var middleware = Find(_pipeline, []) ?? throw new InvalidOperationException("The pipeline has no middleware for rate limits.");
        ((IDisposable)middleware.GetType().GetField("_endpointLimiter", Fields)!.GetValue(middleware)!).Dispose();
    }

    // Each step of the pipeline holds the next one: in a field of its own, or of a closure.
    private static object? Find(object? step, HashSet<object> seen)
    {
        if (step is Delegate method)
            return Find(method.Target, seen);
        if (step is null || !seen.Add(step))
            return null;
        var type = step.GetType();
        return type.Name == "RateLimitingMiddleware"
            ? step
            : type.GetFields(Fields).Where(HoldsNext).Select(field => Find(field.GetValue(step), seen)).FirstOrDefault(found => found is not null);
    }

    private static bool HoldsNext(FieldInfo field) =>
        field.FieldType == typeof(RequestDelegate) || field.FieldType.Name.StartsWith("<>c__DisplayClass", StringComparison.Ordinal);
}
