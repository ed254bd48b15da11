namespace Chat.Server.Quotas.Alerts;

/// <summary>Registers thresholds and their webhooks.</summary>
internal static class AlertsModule
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds <see cref="AlertWatch"/> and <see cref="AlertDelivery"/>.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton<AlertStore>();
        services.AddSingleton<AlertWatch>();
        services.AddHostedService<AlertDelivery>();
        services.AddHttpClient(AlertDelivery.HttpClientName, client => client.Timeout = CallTimeout)
            // No redirects: an alert goes to the address that was set, and to no other that it names.
            .UseSocketsHttpHandler((handler, _) =>
            {
                handler.AllowAutoRedirect = false;
                handler.UseProxy = false;
                handler.UseCookies = false;
                handler.ConnectTimeout = CallTimeout;
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        return services;
    }
}
